package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.platform.Platform;
import io.pidcap.coordinator.platform.WindowsArguments;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The process that waits at a {@link LockedFileGate}: starts the command with its own streams and ends with its status. */
final class CommandGateMain {
    private CommandGateMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        // Ctrl-C reaches the command as well, which decides what it means.
        Signals.handle("INT", name -> {});
        System.exit(run(Path.of(arguments[0])));
    }

    private static int run(Path gate) throws InterruptedException {
        try {
            List<String> command = LockedFileGate.await(gate);
            if (command.isEmpty()) {
                return ExitCode.RUN_FAILED.status();
            }
            List<String> words = Platform.current() == Platform.WINDOWS ? WindowsArguments.quoted(command) : command;
            return new ProcessBuilder(words).inheritIO().start().waitFor();
        } catch (IOException e) {
            System.err.println("pidcap: start the command: " + e.getMessage());
            return ExitCode.RUN_FAILED.status();
        }
    }
}
