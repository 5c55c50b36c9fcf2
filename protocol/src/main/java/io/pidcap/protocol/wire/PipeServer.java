package io.pidcap.protocol.wire;

import io.pidcap.protocol.v1.Hello;
import io.pidcap.protocol.v1.RejectReason;
import java.io.IOException;
import java.nio.file.Path;

/** Listens on a Unix domain socket (mode 0600) until closed; a peer that is refused never harms the listener. */
public final class PipeServer implements AutoCloseable {
    /** Decides who may speak; called on the event loop, after the version was found to match. */
    public interface Admission {
        /**
         * @param peerUserId of the connected process, as the system tells; -1 where it does not
         * @throws Refusal with the reason that the peer is given
         */
        PipeListener admit(Pipe pipe, Hello hello, long peerUserId) throws Refusal;
    }

    /** The peer may not connect. */
    public static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;
        private final RejectReason reason;

        public Refusal(RejectReason reason, String message) {
            super(message);
            this.reason = reason;
        }

        public RejectReason reason() {
            return reason;
        }
    }

    private PipeServer() {}

    /**
     * @param socketFile must not exist yet; at most 107 bytes of path
     * @throws IOException naming the path
     */
    public static PipeServer listen(Path socketFile, Admission admission) throws IOException {
        throw new UnsupportedOperationException();
    }

    /** Closes the listener and every pipe, and deletes the socket file. Idempotent. */
    @Override
    public void close() {}
}
