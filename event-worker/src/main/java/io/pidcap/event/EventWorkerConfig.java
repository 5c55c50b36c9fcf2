package io.pidcap.event;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The command line.
 *
 * @param pipe the coordinator's socket
 * @param run the number of this worker run
 */
record EventWorkerConfig(Path pipe, int run) {
    static final String USAGE = "usage: event-worker --pipe SOCKET --run NUMBER"
            + "   (started by pidcap; the first line of standard input is the one-time secret)";

    /** @throws IllegalArgumentException saying what is wrong with which argument */
    static EventWorkerConfig parse(String[] arguments) {
        @Nullable Path pipe = null;
        int run = 0;
        for (int i = 0; i < arguments.length; i += 2) {
            String option = arguments[i];
            if (i + 1 == arguments.length) {
                throw new IllegalArgumentException(option + " has no value");
            }
            String value = arguments[i + 1];
            switch (option) {
                case "--pipe" -> pipe = Path.of(value);
                case "--run" -> run = runNumber(value);
                default -> throw new IllegalArgumentException("unknown option " + option);
            }
        }
        if (pipe == null || run == 0) {
            throw new IllegalArgumentException((pipe == null ? "--pipe" : "--run") + " is missing");
        }
        return new EventWorkerConfig(pipe, run);
    }

    private static int runNumber(String value) {
        try {
            int run = Integer.parseInt(value);
            if (run > 0) {
                return run;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--run " + value + " is not a number", e);
        }
        throw new IllegalArgumentException("--run " + value + " is not greater than 0");
    }
}
