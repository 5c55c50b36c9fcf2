package io.pidcap.capture;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * The command line: {@code --pipe PATH --run N [--become USER]}.
 *
 * @param pipe the coordinator's socket
 * @param run the worker run, positive
 * @param becomes the number of the user, and group, that the worker is once its devices are open; 0: it stays who it is.
 *     Only who starts it may say so, for whoever commands it could name anybody.
 */
record WorkerArguments(Path pipe, int run, int becomes) {
    static final String USAGE =
            "usage: capture-worker --pipe PATH --run N [--become USER], with the secret on standard input";

    /** @throws IllegalArgumentException with what is wrong */
    static WorkerArguments parse(String... arguments) {
        if (!areNamed(arguments, "--pipe", "--run") && !areNamed(arguments, "--pipe", "--run", "--become")) {
            throw new IllegalArgumentException(USAGE);
        }
        int run = positive(arguments[2], arguments[3]);
        int becomes = arguments.length > 4 ? positive(arguments[4], arguments[5]) : 0;
        return new WorkerArguments(path(arguments[1]), run, becomes);
    }

    private static boolean areNamed(String[] arguments, String... names) {
        return arguments.length == 2 * names.length
                && IntStream.range(0, names.length).allMatch(i -> arguments[2 * i].equals(names[i]));
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("--pipe " + text + " is not a path; " + USAGE, e);
        }
    }

    private static int positive(String option, String text) {
        try {
            int number = Integer.parseInt(text);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(option + " " + text + " is not a number; " + USAGE, e);
        }
        throw new IllegalArgumentException(option + " " + text + " is not positive; " + USAGE);
    }
}
