package io.pidcap.protocol.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Where a reader has its bytes from. Its positions only grow. */
interface ByteSource extends AutoCloseable {
    /** The size of what has not ended yet, as far as one can know. */
    long UNKNOWN_SIZE = Long.MAX_VALUE;

    /**
     * Reads some bytes, waiting for the first of them only.
     *
     * @param target backed by an array
     * @param position in the file, not before the end of what was read last; what lies between is passed over
     * @return how many; -1: the file ends at {@code position}
     * @throws CaptureFileException the file ends before {@code position}, or cannot be unpacked
     */
    int read(ByteBuffer target, long position) throws IOException;

    /** In bytes; {@link #UNKNOWN_SIZE}: not known. */
    long size() throws IOException;

    @Override
    void close() throws IOException;

    /** A file on a disk. */
    static ByteSource of(FileChannel channel) {
        return new ByteSource() {
            @Override
            public int read(ByteBuffer target, long position) throws IOException {
                return channel.read(target, position);
            }

            @Override
            public long size() throws IOException {
                return channel.size();
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }
}
