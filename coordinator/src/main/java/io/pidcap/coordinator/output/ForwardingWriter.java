package io.pidcap.coordinator.output;

import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.FileTotals;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.InterfaceStatistics;
import io.pidcap.protocol.file.PacketNote;
import io.pidcap.protocol.model.PacketLabel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hands every call on, the optional ones too, to a writer that is this object's to close. */
abstract class ForwardingWriter implements CaptureFileWriter {
    private final CaptureFileWriter writer;

    ForwardingWriter(CaptureFileWriter writer) {
        this.writer = writer;
    }

    @Override
    public int addInterface(InterfaceDescription description) throws IOException {
        return writer.addInterface(description);
    }

    @Override
    public boolean takesLabels() {
        return writer.takesLabels();
    }

    @Override
    public @Nullable PacketLabel label(List<PacketNote> notes) throws IOException {
        return writer.label(notes);
    }

    @Override
    public @Nullable PacketLabel comment(String comment) throws IOException {
        return writer.comment(comment);
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
        writer.write(interfaceId, epochNanos, originalLength, data, offset, capturedLength, label);
    }

    @Override
    public boolean takes(long epochNanos) {
        return writer.takes(epochNanos);
    }

    @Override
    public void turn(long epochNanos) throws IOException {
        writer.turn(epochNanos);
    }

    @Override
    public void idle() throws IOException {
        writer.idle();
    }

    @Override
    public void flush() throws IOException {
        writer.flush();
    }

    @Override
    public long length() {
        return writer.length();
    }

    @Override
    public FileTotals fileTotals() {
        return writer.fileTotals();
    }

    @Override
    public void close(List<InterfaceStatistics> statistics) throws IOException {
        writer.close(statistics);
    }
}
