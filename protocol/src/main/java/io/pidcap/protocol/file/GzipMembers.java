package io.pidcap.protocol.file;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;

/**
 * Unpacks gzip, all members of it. {@link GZIPInputStream} looks for another member only where the stream beneath says
 * that bytes are available, and a pipe says so only now and then.
 */
final class GzipMembers {
    private static final int BUFFER_BYTES = 1 << 16;

    private GzipMembers() {}

    /**
     * @param packed takes marks
     * @throws java.util.zip.ZipException it is not gzip
     */
    static InputStream unpack(BufferedInputStream packed) throws IOException {
        return new GZIPInputStream(new EndTold(packed), BUFFER_BYTES);
    }

    /** A stream that waits, where it is asked for what is available, until it knows whether there is more. */
    private static final class EndTold extends InputStream {
        private final BufferedInputStream stream;

        EndTold(BufferedInputStream stream) {
            this.stream = stream;
        }

        @Override
        public int available() throws IOException {
            int now = stream.available();
            if (now > 0) {
                return now;
            }
            stream.mark(1);
            boolean ended = stream.read() < 0;
            stream.reset();
            return ended ? 0 : 1;
        }

        @Override
        public int read() throws IOException {
            return stream.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return stream.read(target, offset, length);
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }
    }
}
