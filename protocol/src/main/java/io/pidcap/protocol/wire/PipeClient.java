package io.pidcap.protocol.wire;

import io.pidcap.protocol.v1.Hello;
import java.io.IOException;
import java.nio.file.Path;

/** The connecting end: a worker, or a command such as {@code pidcap stop}. Owns its event loop. */
public final class PipeClient implements AutoCloseable {
    private PipeClient() {}

    /**
     * Connects, says {@code hello} (the version fields are filled in here) and waits for the verdict.
     *
     * @throws IOException naming the socket: it is not there, nobody listens, no answer in time
     * @throws ProtocolException refused, with the server's reason
     */
    public static PipeClient connect(Path socketFile, Hello hello, PipeListener listener, long timeoutMillis)
            throws IOException, InterruptedException {
        throw new UnsupportedOperationException();
    }

    public Pipe pipe() {
        throw new UnsupportedOperationException();
    }

    /** Closes the pipe after what was sent, and ends the event loop. Idempotent. */
    @Override
    public void close() {}
}
