package io.pidcap.protocol.file;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.zip.ZipException;

/** What comes out of a stream, such as standard input, or a compressed file; offsets are those after unpacking. */
final class StreamSource implements ByteSource {
    private final InputStream stream;
    private final String file;
    private long doneBytes;

    StreamSource(InputStream stream, String file) {
        this.stream = stream;
        this.file = file;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        try {
            passOver(position);
            int read = stream.read(target.array(), target.arrayOffset() + target.position(), target.remaining());
            if (read > 0) {
                target.position(target.position() + read);
                doneBytes += read;
            }
            return read;
        } catch (EOFException | ZipException e) {
            throw new CaptureFileException(file, doneBytes, "cannot be unpacked further than this: " + e.getMessage());
        }
    }

    private void passOver(long position) throws IOException {
        if (position < doneBytes) {
            throw new IllegalArgumentException(position + " lies behind " + doneBytes);
        }
        while (doneBytes < position) {
            long skipped = stream.skip(position - doneBytes);
            if (skipped <= 0) {
                if (stream.read() < 0) {
                    throw new CaptureFileException(file, doneBytes, "ends inside a block that goes on to " + position);
                }
                skipped = 1;
            }
            doneBytes += skipped;
        }
    }

    @Override
    public long size() {
        return UNKNOWN_SIZE;
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
