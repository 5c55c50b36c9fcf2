package io.pidcap.coordinator.output;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;

/**
 * Writes a buffer wholly or not at all: where a disk fills up in the middle, what had been written of the buffer is cut
 * off again. The writers of capture files hand over whole records, so that the file stays one that every reader takes.
 */
final class WholeWriteChannel implements WritableByteChannel {
    private final FileChannel file;

    WholeWriteChannel(FileChannel file) {
        this.file = file;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int length = bytes.remaining();
        long start = file.position();
        try {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            return length;
        } catch (IOException e) {
            try {
                file.truncate(start);
            } catch (IOException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    @Override
    public boolean isOpen() {
        return file.isOpen();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
