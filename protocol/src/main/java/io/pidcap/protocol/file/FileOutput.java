package io.pidcap.protocol.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/** A file being written through one buffer. After an error nothing more is written: what is there stays as it is. */
final class FileOutput {
    private final WritableByteChannel channel;
    private final String file;
    private final ByteBuffer buffer;
    private long flushedBytes;
    private boolean broken;

    /** @param bufferBytes at least as many as the longest {@link #reserve} */
    FileOutput(WritableByteChannel channel, String file, int bufferBytes, ByteOrder order) {
        this.channel = channel;
        this.file = file;
        this.buffer = ByteBuffer.allocateDirect(bufferBytes).order(order);
    }

    /** The buffer, with room for {@code bytes} at its position. */
    ByteBuffer reserve(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
        }
        return buffer;
    }

    void flush() throws IOException {
        buffer.flip();
        try {
            while (buffer.hasRemaining() && !broken) {
                flushedBytes += channel.write(buffer);
            }
        } catch (IOException e) {
            broken = true;
            throw new IOException("write " + file + ": " + e.getMessage(), e);
        } finally {
            buffer.clear();
        }
        if (broken) {
            throw new IOException("write " + file + ": an earlier write failed");
        }
    }

    /** Bytes of the file so far, those in the buffer too. */
    long length() {
        return flushedBytes + buffer.position();
    }

    String file() {
        return file;
    }

    /** Flushes, unless a write failed before, and closes. */
    void close() throws IOException {
        try (channel) {
            if (!broken && channel.isOpen()) {
                flush();
            }
        } catch (IOException e) {
            throw broken ? e : new IOException("close " + file + ": " + e.getMessage(), e);
        }
    }
}
