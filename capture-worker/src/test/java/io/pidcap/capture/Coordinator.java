package io.pidcap.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.Hello;
import io.pidcap.protocol.v1.SpoolProgress;
import io.pidcap.protocol.v1.StartCapture;
import io.pidcap.protocol.v1.Stop;
import io.pidcap.protocol.wire.Pipe;
import io.pidcap.protocol.wire.PipeListener;
import io.pidcap.protocol.wire.PipeServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The other end of a worker's pipe, over a real socket: admits everyone and keeps what it is sent. */
final class Coordinator implements PipeListener, AutoCloseable {
    static final long DEADLINE_SECONDS = 30;

    private final PipeServer server;
    private final CompletableFuture<Pipe> admitted = new CompletableFuture<>();
    private final CompletableFuture<String> closed = new CompletableFuture<>();
    private final BlockingQueue<Envelope> received = new LinkedBlockingQueue<>();
    private final List<Envelope> seen = new ArrayList<>();
    private volatile @Nullable Hello hello;

    Coordinator(Path socketFile) throws IOException {
        server = PipeServer.listen(socketFile, (pipe, helloOfPeer, peer) -> {
            hello = helloOfPeer;
            admitted.complete(pipe);
            return this;
        });
    }

    static StartCapture.Builder startCapture(Path spool, String... interfaces) {
        return StartCapture.newBuilder()
                .addAllInterfaces(List.of(interfaces))
                .setSnaplen(262144)
                .setBufferBytes(64 << 20)
                .setSpoolDirectory(spool.toString())
                .setSegmentBytes(64 << 20);
    }

    @Nullable
    Hello hello() {
        return hello;
    }

    Pipe pipe() {
        return admitted.orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS).join();
    }

    long send(StartCapture.Builder start) {
        return pipe().send(Envelope.newBuilder().setStartCapture(start));
    }

    long sendStop() {
        return pipe().send(Envelope.newBuilder().setStop(Stop.getDefaultInstance()));
    }

    /** The next message that fits, from those that were not awaited yet; others before it are kept in {@link #seen}. */
    Envelope await(Predicate<Envelope> wanted) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        try {
            while (true) {
                Envelope next = received.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                assertThat(next).as("a message in time, after %s", seen).isNotNull();
                if (next == null) {
                    throw new AssertionError();
                }
                seen.add(next);
                if (wanted.test(next)) {
                    return next;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    Envelope await(Envelope.BodyCase body) {
        return await(envelope -> envelope.getBodyCase() == body);
    }

    Envelope awaitReply(long sequence) {
        return await(envelope -> envelope.getInReplyTo() == sequence);
    }

    /** Waits for the end of the pipe; empty: at a frame's border. */
    String awaitClosed() {
        return closed.orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS).join();
    }

    /** Everything received up to now, in order. */
    List<Envelope> all() {
        received.drainTo(seen);
        return List.copyOf(seen);
    }

    List<SpoolProgress> progress(int interfaceNumber) {
        return all().stream()
                .filter(Envelope::hasSpoolProgress)
                .map(Envelope::getSpoolProgress)
                .filter(progress -> progress.getInterface() == interfaceNumber)
                .toList();
    }

    @Override
    public void received(Pipe pipe, Envelope envelope) {
        received.add(envelope);
    }

    @Override
    public void closed(Pipe pipe, @Nullable Throwable cause) {
        closed.complete(cause == null ? "" : cause.toString());
    }

    @Override
    public void close() {
        server.close();
    }
}
