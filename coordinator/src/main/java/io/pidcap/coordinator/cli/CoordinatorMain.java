package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.session.Logs;
import io.pidcap.coordinator.worker.WorkerException;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The program: parses, runs one command, says what failed, returns the exit code. */
public final class CoordinatorMain {
    private CoordinatorMain() {}

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** The whole program but for the end of the JVM. */
    static int run(String... arguments) {
        Logs.quiet();
        return commandLine(arguments).execute(arguments);
    }

    /** Knows the one command that {@code arguments} name, or, where they name none, all. */
    static CommandLine commandLine(String... arguments) {
        CommandLine root = new CommandLine(new RootCommand());
        Optional<CommandName> named = arguments.length == 0 ? Optional.empty() : CommandName.of(arguments[0]);
        if (named.isPresent()) {
            root.addSubcommand(named.get().word(), named.get().make());
        } else {
            for (CommandName name : CommandName.values()) {
                root.addSubcommand(name.word(), name.make());
            }
        }
        CommandLine run = root.getSubcommands().get(CommandName.RUN.word());
        if (run != null) {
            // What follows the command's name is the command's.
            run.setStopAtPositional(true);
        }
        root.setUsageHelpAutoWidth(false);
        root.setUsageHelpLongOptionsMaxWidth(28);
        root.setParameterExceptionHandler(CoordinatorMain::misused);
        root.setExecutionExceptionHandler((failure, command, parsed) -> failed(failure, command));
        return root;
    }

    private static int misused(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        if (arguments.length == 0) {
            command.usage(System.err);
            return ExitCode.USAGE.status();
        }
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof UnmatchedArgumentException unmatched && isRoot(command)) {
            message = "there is no command '" + unmatched.getUnmatched().get(0) + "'";
        }
        Console.standard(false)
                .say(message.lines().findFirst().orElse(message) + "; see `"
                        + command.getCommandSpec().qualifiedName() + " --help`");
        return ExitCode.USAGE.status();
    }

    private static boolean isRoot(CommandLine command) {
        CommandSpec parent = command.getCommandSpec().parent();
        return parent == null;
    }

    private static int failed(Exception failure, CommandLine command) {
        Object user = command.getCommandSpec().userObject();
        boolean debug = user instanceof BaseCommand base && base.isDebug();
        Throwable told = failure instanceof WorkerException worker ? SessionException.of(worker.failure()) : failure;
        Console.standard(debug).error(told);
        if (debug && told != failure) {
            Console.standard(true).error(failure);
        }
        ExitCode code = told instanceof SessionException known ? ExitCode.of(known.kind()) : ExitCode.FAILURE;
        return user instanceof RunCommand ? ExitCode.RUN_FAILED.status() : code.status();
    }
}
