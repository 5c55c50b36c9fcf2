package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.session.CaptureSession;
import io.pidcap.coordinator.session.SessionEnd;
import java.util.concurrent.ExecutionException;

/** Waiting for a session, without the wrapping of {@link java.util.concurrent}. */
final class Await {
    private Await() {}

    static SessionEnd ended(CaptureSession session) throws InterruptedException {
        try {
            return session.ended().get();
        } catch (ExecutionException e) {
            throw cause(e);
        }
    }

    /** What really failed; always one of ours, unchecked. */
    static RuntimeException cause(ExecutionException wrapper) {
        return wrapper.getCause() instanceof RuntimeException told ? told : new IllegalStateException(wrapper);
    }
}
