package io.pidcap.event;

import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.Hello;
import io.pidcap.protocol.v1.RejectReason;
import io.pidcap.protocol.wire.Pipe;
import io.pidcap.protocol.wire.PipeListener;
import io.pidcap.protocol.wire.PipeServer;
import io.pidcap.protocol.wire.WorkerSecret;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The other end of a worker's pipe, over a real socket; admits who knows the secret. */
final class Coordinator implements PipeListener, AutoCloseable {
    static final long DEADLINE_SECONDS = 30;

    final WorkerSecret secret = WorkerSecret.generate();
    private final PipeServer server;
    private final CompletableFuture<Pipe> admitted = new CompletableFuture<>();
    private final CompletableFuture<Hello> hello = new CompletableFuture<>();
    private final CompletableFuture<String> closed = new CompletableFuture<>();
    private final LinkedBlockingQueue<Envelope> received = new LinkedBlockingQueue<>();

    Coordinator(Path socketFile) throws IOException {
        server = PipeServer.listen(socketFile, (pipe, helloOfPeer, peer) -> {
            if (!secret.matches(helloOfPeer.getSecret())) {
                throw new PipeServer.Refusal(RejectReason.REJECT_REASON_SECRET, "wrong secret");
            }
            hello.complete(helloOfPeer);
            admitted.complete(pipe);
            return this;
        });
    }

    private static <T> T inTime(CompletableFuture<T> future) throws Exception {
        return future.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    Hello hello() throws Exception {
        return inTime(hello);
    }

    long send(Envelope.Builder body) throws Exception {
        return inTime(admitted).send(body);
    }

    /** Why the pipe closed; empty: at a frame's border. */
    String closed() throws Exception {
        return inTime(closed);
    }

    void closePipe() throws Exception {
        inTime(admitted).close();
    }

    Envelope await(Predicate<Envelope> wanted) throws InterruptedException {
        Envelope envelope;
        do {
            envelope = received.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
            if (envelope == null) {
                throw new AssertionError("the worker sent nothing that was wanted");
            }
        } while (!wanted.test(envelope));
        return envelope;
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
