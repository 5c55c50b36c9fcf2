package io.pidcap.coordinator.output;

import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.InterfaceStatistics;
import io.pidcap.protocol.file.PacketNote;
import io.pidcap.protocol.model.PacketLabel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file that has its name and all its packets, so that what is written to it now is there already. */
record CompleteFile(Path target) implements FilePart.Place {
    @Override
    public long countLost(long handedOver, OutputFormat format) {
        return 0;
    }

    @Override
    public Path commit() {
        return target;
    }

    @Override
    public void abandon() {
        // Its packets are good.
    }

    /** Takes packets and does nothing with them. */
    static final class Writer implements CaptureFileWriter {
        private int interfaces;

        @Override
        public int addInterface(InterfaceDescription description) {
            return interfaces++;
        }

        @Override
        public boolean takesLabels() {
            return false;
        }

        @Override
        public @Nullable PacketLabel label(List<PacketNote> notes) {
            return null;
        }

        @Override
        public @Nullable PacketLabel comment(String comment) {
            return null;
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
            // It is in the file.
        }

        @Override
        public void flush() {
            // Nothing waits.
        }

        @Override
        public long length() {
            return 0;
        }

        @Override
        public void close(List<InterfaceStatistics> statistics) {
            // Nothing is open.
        }
    }
}
