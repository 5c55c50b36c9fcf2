package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What pidcap says: results to standard output, everything else to standard error with its name before it. */
final class Console {
    private static final String NAME = "pidcap: ";

    private final PrintStream out;
    private final PrintStream err;
    private final boolean debug;
    private final boolean errorsOnly;
    private boolean statusShown;

    Console(PrintStream out, PrintStream err, boolean debug) {
        this(out, err, debug, false);
    }

    private Console(PrintStream out, PrintStream err, boolean debug, boolean errorsOnly) {
        this.out = out;
        this.err = err;
        this.debug = debug;
        this.errorsOnly = errorsOnly;
    }

    /** The same, but of all that is said, told or printed only {@link #error} is. */
    Console ofErrors() {
        return new Console(out, err, debug, true);
    }

    static Console standard(boolean debug) {
        return new Console(System.out, System.err, debug);
    }

    /** A result. */
    synchronized void print(String text) {
        if (errorsOnly) {
            return;
        }
        endStatus();
        out.print(text);
        out.flush();
    }

    /** Lines for another program, in UTF-8 whatever the locale. */
    synchronized void printUtf8(List<String> lines) {
        byte[] bytes = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
        out.write(bytes, 0, bytes.length);
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
        if (errorsOnly) {
            return;
        }
        endStatus();
        err.println(NAME + sentence);
    }

    /** Text for people that is not the result, such as the summary of {@code run}. */
    synchronized void tell(String text) {
        if (errorsOnly) {
            return;
        }
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
        if (errorsOnly) {
            return;
        }
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
