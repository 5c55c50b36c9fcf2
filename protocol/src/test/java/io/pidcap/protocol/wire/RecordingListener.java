package io.pidcap.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.v1.Envelope;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps what a pipe tells, for a test to wait for. */
final class RecordingListener implements PipeListener {
    private static final long DEADLINE_SECONDS = 20;

    private final LinkedBlockingQueue<Envelope> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Optional<Throwable>> closed = new CompletableFuture<>();
    private final CompletableFuture<Boolean> silent = new CompletableFuture<>();

    @Override
    public void received(Pipe pipe, Envelope envelope) {
        received.add(envelope);
    }

    @Override
    public void silent(Pipe pipe) {
        silent.complete(true);
    }

    @Override
    public void closed(Pipe pipe, @Nullable Throwable cause) {
        assertThat(closed.complete(Optional.ofNullable(cause))).isTrue();
    }

    Envelope next() throws InterruptedException {
        Envelope envelope = received.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
        if (envelope == null) {
            throw new AssertionError("no message within " + DEADLINE_SECONDS + " s; closed: " + closed);
        }
        return envelope;
    }

    int waiting() {
        return received.size();
    }

    /** Empty: a clean close. */
    Optional<Throwable> closeCause() throws Exception {
        return closed.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    boolean isClosed() {
        return closed.isDone();
    }

    boolean wasSilent() {
        return silent.isDone();
    }
}
