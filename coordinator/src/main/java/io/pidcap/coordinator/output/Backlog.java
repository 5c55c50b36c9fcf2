package io.pidcap.coordinator.output;

import io.pidcap.coordinator.platform.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between who writes and a reader that may be slow or stand still: the writer never waits for the reader, whom a
 * thread of its own serves. What the reader has not taken yet lies in a ring on disk, in a file that is gone with this
 * process. {@link #close} returns at once, too; {@link #over} tells when the reader has all.
 */
final class Backlog implements WritableByteChannel {
    /** So long a reader may take nothing once nothing more comes; one that pages through what it reads takes its time. */
    static final long PATIENCE_MILLIS = 30_000;

    private static final int CHUNK_BYTES = 1 << 16;
    private static final Logger LOG = LoggerFactory.getLogger(Backlog.class);

    private final WritableByteChannel reader;
    private final FileChannel ring;
    private final long capacityBytes;
    private final long patienceMillis;
    private final CompletableFuture<Void> over = new CompletableFuture<>();

    // All guarded by this.
    private long writeAt;
    private long readAt;
    private long waitingBytes;
    private long takenBytes;
    private boolean closed;
    private boolean abandoned;
    private boolean givenUp;
    private @Nullable IOException failure;

    /**
     * @param reader this object's to close; what interrupts a write that waits is its closing
     * @param directory where the file is made
     */
    Backlog(WritableByteChannel reader, Path directory, long capacityBytes, long patienceMillis) throws IOException {
        this.reader = reader;
        this.capacityBytes = capacityBytes;
        this.patienceMillis = patienceMillis;
        Path file = directory.resolve("backlog-" + UUID.randomUUID());
        this.ring = FileChannel.open(
                file,
                Set.of(
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        // On Linux it has no name from now on.
                        StandardOpenOption.DELETE_ON_CLOSE),
                PrivateFiles.attributesOf(file));
        start("backlog", this::serve);
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Completes when the reader has taken all, is gone, or was given up after {@link #close}; never with a failure. */
    CompletableFuture<Void> over() {
        return over.copy();
    }

    /** Whether the reader stood still for too long in the end. */
    synchronized boolean hasGivenUp() {
        return givenUp;
    }

    /** Bytes that the reader has. */
    synchronized long takenBytes() {
        return takenBytes;
    }

    /** @throws IOException the reader failed, with the words of its failure; or there is no room, or no disk for it */
    @Override
    public synchronized int write(ByteBuffer bytes) throws IOException {
        if (failure != null) {
            throw new IOException(failure.getMessage(), failure);
        }
        int length = bytes.remaining();
        if (waitingBytes + length > capacityBytes) {
            throw new IOException("more than " + capacityBytes + " bytes wait for the reader");
        }
        int limit = bytes.limit();
        while (bytes.hasRemaining()) {
            bytes.limit((int) Math.min(limit, bytes.position() + capacityBytes - writeAt));
            writeAt = (writeAt + ring.write(bytes, writeAt)) % capacityBytes;
            bytes.limit(limit);
        }
        waitingBytes += length;
        notifyAll();
        return length;
    }

    @Override
    public synchronized boolean isOpen() {
        return !closed;
    }

    /** Nothing more comes. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            notifyAll();
            start("backlog-patience", this::watch);
        }
    }

    /** Nothing of what waits is wanted any more. */
    void abandon() throws IOException {
        synchronized (this) {
            closed = true;
            abandoned = true;
            notifyAll();
        }
        reader.close();
    }

    private void serve() {
        ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);
        try {
            while (next(chunk)) {
                while (chunk.hasRemaining()) {
                    taken(reader.write(chunk));
                }
            }
        } catch (IOException e) {
            failed(e);
        } catch (RuntimeException | Error e) {
            failed(new IOException(e.toString(), e));
        } catch (InterruptedException e) {
            failed(new IOException("nobody may interrupt the backlog's thread", e));
        } finally {
            // Who writes has been told before the ring is closed.
            closeAll();
            over.complete(null);
            synchronized (this) {
                notifyAll();
            }
        }
    }

    private void closeAll() {
        try (ring) {
            reader.close();
        } catch (IOException | RuntimeException e) {
            LOG.warn("close the output: {}", e.getMessage());
        }
    }

    /** @return false: nothing more comes */
    private synchronized boolean next(ByteBuffer chunk) throws IOException, InterruptedException {
        while (waitingBytes == 0 && !closed) {
            wait();
        }
        if (waitingBytes == 0 || abandoned) {
            return false;
        }
        chunk.clear().limit((int) Math.min(chunk.capacity(), Math.min(waitingBytes, capacityBytes - readAt)));
        while (chunk.hasRemaining()) {
            if (ring.read(chunk, readAt + chunk.position()) < 0) {
                throw new IOException("the backlog ends at byte " + (readAt + chunk.position()));
            }
        }
        chunk.flip();
        return true;
    }

    private synchronized void taken(int bytes) {
        takenBytes += bytes;
        waitingBytes -= bytes;
        readAt = (readAt + bytes) % capacityBytes;
        if (waitingBytes == 0) {
            // A reader that keeps up needs the first pages of the file only.
            readAt = 0;
            writeAt = 0;
        }
        notifyAll();
    }

    private synchronized void failed(IOException e) {
        failure = e;
        LOG.debug("the reader of the output", e);
    }

    /** Waits for the reader while it takes anything. */
    private void watch() {
        try {
            if (standsStill()) {
                reader.close();
            }
        } catch (IOException e) {
            LOG.warn("close the output: {}", e.getMessage());
        } catch (InterruptedException e) {
            LOG.warn("the backlog's watch was interrupted; its reader is waited for", e);
        }
    }

    private synchronized boolean standsStill() throws InterruptedException {
        long seenBytes = takenBytes;
        long sinceNanoTime = System.nanoTime();
        while (!over.isDone()) {
            long leftMillis = patienceMillis - (System.nanoTime() - sinceNanoTime) / 1_000_000;
            if (takenBytes != seenBytes) {
                seenBytes = takenBytes;
                sinceNanoTime = System.nanoTime();
            } else if (leftMillis <= 0) {
                givenUp = true;
                return true;
            } else {
                wait(leftMillis);
            }
        }
        return false;
    }
}
