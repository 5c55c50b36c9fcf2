package io.pidcap.capture;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * The command line: {@code --pipe PATH --run N}.
 *
 * @param pipe the coordinator's socket
 * @param run the worker run, positive
 */
record WorkerArguments(Path pipe, int run) {
    static final String USAGE = "usage: capture-worker --pipe PATH --run N, with the secret on standard input";

    /** @throws IllegalArgumentException with what is wrong */
    static WorkerArguments parse(String... arguments) {
        if (arguments.length != 4 || !arguments[0].equals("--pipe") || !arguments[2].equals("--run")) {
            throw new IllegalArgumentException(USAGE);
        }
        return new WorkerArguments(path(arguments[1]), run(arguments[3]));
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("--pipe " + text + " is not a path; " + USAGE, e);
        }
    }

    private static int run(String text) {
        try {
            int run = Integer.parseInt(text);
            if (run > 0) {
                return run;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--run " + text + " is not a number; " + USAGE, e);
        }
        throw new IllegalArgumentException("--run " + text + " is not positive; " + USAGE);
    }
}
