package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.session.SessionException;
import java.io.PrintStream;

/** What pidcap says: results to standard output, everything else to standard error with its name before it. */
final class Console {
    private static final String NAME = "pidcap: ";

    private final PrintStream out;
    private final PrintStream err;
    private final boolean debug;
    private boolean statusShown;

    Console(PrintStream out, PrintStream err, boolean debug) {
        this.out = out;
        this.err = err;
        this.debug = debug;
    }

    static Console standard(boolean debug) {
        return new Console(System.out, System.err, debug);
    }

    /** A result. */
    synchronized void print(String text) {
        endStatus();
        out.print(text);
        out.flush();
    }

    /** Nobody reads what is printed any more, or it cannot be written. */
    synchronized boolean isOutputClosed() {
        return out.checkError();
    }

    void println(String line) {
        print(line + System.lineSeparator());
    }

    /** Something that the user should know. */
    synchronized void say(String sentence) {
        endStatus();
        err.println(NAME + sentence);
    }

    /** Text for people that is not the result, such as the summary of {@code run}. */
    synchronized void tell(String text) {
        endStatus();
        err.print(text);
        err.flush();
    }

    /** What failed, why, and what to do; the stack trace only for who asked for it. */
    synchronized void error(Throwable failure) {
        endStatus();
        err.println(NAME + describe(failure));
        if (debug) {
            failure.printStackTrace(err);
        }
    }

    static String describe(Throwable failure) {
        if (failure instanceof SessionException told) {
            return told.hint().isEmpty() ? told.text() : told.text() + "; " + told.hint();
        }
        String message = failure.getMessage();
        String what = message == null ? failure.getClass().getSimpleName() : message;
        return what + " (" + failure.getClass().getSimpleName() + "; --debug shows where)";
    }

    /** Replaces the status line; only where {@link Terminal#isStderr}. */
    synchronized void status(String line) {
        err.print("\r\033[K" + line);
        err.flush();
        statusShown = true;
    }

    private void endStatus() {
        if (statusShown) {
            err.print("\r\033[K");
            statusShown = false;
        }
    }
}
