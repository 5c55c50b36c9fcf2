package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.platform.Platform;
import io.pidcap.coordinator.session.CaptureSession;

/**
 * Signals that reach {@code pidcap run} are the command's: it decides what they mean, and its end ends the session.
 * A Ctrl-C at the terminal reaches the command without us.
 */
final class RunSignals {
    private RunSignals() {}

    static void install(GatedCommand command, CaptureSession session) {
        // On Windows there is no other way for it to come.
        boolean terminal = Platform.current() == Platform.WINDOWS || Terminal.isStdin();
        Signals.handle("INT", name -> pass(name, command, session, !terminal));
        Signals.handle("TERM", name -> pass(name, command, session, true));
        Signals.handle("HUP", name -> pass(name, command, session, true));
    }

    private static void pass(String name, GatedCommand command, CaptureSession session, boolean forward) {
        if (!session.ready().isDone()) {
            session.stop("SIG" + name);
        } else if (forward) {
            command.signal(name);
        }
    }
}
