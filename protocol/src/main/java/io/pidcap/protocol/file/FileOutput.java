package io.pidcap.protocol.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * A file being written through two buffers: while one is filled, the other is written by a thread of its own. Who writes
 * little and flushes often never has that thread. After an error nothing more is written: what is there stays as it is.
 */
final class FileOutput {
    /** Written at once: more would not stay in the processor's cache from the copying to the writing. */
    private static final int PIECE_BYTES = 1 << 18;

    private final WritableByteChannel channel;
    private final String file;
    private final int bufferBytes;
    private final BackgroundTask writer = new BackgroundTask("output-writer");
    private ByteBuffer buffer;
    /** The writer's while it writes; null: there was nothing for it to write yet. */
    private @Nullable ByteBuffer other;

    private long passedBytes;
    /** The writer's while it writes. */
    private long writtenBytes;

    private boolean broken;

    /** @param bufferBytes at least as many as the longest {@link #reserve} */
    FileOutput(WritableByteChannel channel, String file, int bufferBytes, ByteOrder order) {
        this.channel = channel;
        this.file = file;
        this.bufferBytes = bufferBytes;
        this.buffer = ByteBuffer.allocateDirect(bufferBytes).order(order);
    }

    /** The buffer, with room for {@code bytes} at its position; after the next call it may be another. */
    ByteBuffer reserve(int bytes) throws IOException {
        if (buffer.position() >= PIECE_BYTES || buffer.remaining() < bytes) {
            writeBehind();
        }
        return buffer;
    }

    private void writeBehind() throws IOException {
        awaitWriter();
        ByteBuffer full = buffer.flip();
        passedBytes += full.remaining();
        buffer = other == null ? ByteBuffer.allocateDirect(bufferBytes).order(full.order()) : other;
        other = full;
        writer.start(() -> writeAll(full));
    }

    private void writeAll(ByteBuffer bytes) throws IOException {
        try {
            while (bytes.hasRemaining()) {
                writtenBytes += channel.write(bytes);
            }
        } finally {
            bytes.clear();
        }
    }

    private void awaitWriter() throws IOException {
        if (broken) {
            buffer.clear();
            throw new IOException("write " + file + ": an earlier write failed");
        }
        try {
            writer.await();
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private IOException failed(IOException cause) {
        broken = true;
        buffer.clear();
        return new IOException("write " + file + ": " + cause.getMessage(), cause);
    }

    /** When it returns, everything so far is the file system's. */
    void flush() throws IOException {
        awaitWriter();
        passedBytes += buffer.flip().remaining();
        try {
            writeAll(buffer);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Bytes of the file so far, those in the buffers too; after an error, those that were written. */
    long length() {
        return broken ? writtenBytes : passedBytes + buffer.position();
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
        } finally {
            writer.close();
        }
    }
}
