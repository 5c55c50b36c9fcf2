package io.pidcap.coordinator.output;

import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.model.PacketLabel;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Takes so many packets and no more. */
public final class LimitedWriter extends ForwardingWriter {
    private long packetsLeft;

    /** @param writer this object's to close */
    public LimitedWriter(CaptureFileWriter writer, long mostPackets) {
        super(writer);
        this.packetsLeft = mostPackets;
    }

    @Override
    public boolean takes(long epochNanos) {
        return packetsLeft > 0 && super.takes(epochNanos);
    }

    @Override
    public void write(
            int interfaceId,
            long epochNanos,
            int originalLength,
            ByteBuffer data,
            int offset,
            int capturedLength,
            @Nullable PacketLabel label)
            throws IOException {
        super.write(interfaceId, epochNanos, originalLength, data, offset, capturedLength, label);
        packetsLeft--;
    }
}
