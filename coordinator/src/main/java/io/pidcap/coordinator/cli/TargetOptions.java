package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.session.SessionException;
import io.pidcap.coordinator.session.SessionException.Kind;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Whose packets {@code capture} and {@code start} keep. */
final class TargetOptions {
    @Option(
            names = {"-n", "--name"},
            paramLabel = "NAME",
            split = ",",
            description =
                    "Keep the packets of processes of this name, those that start later too; may be given several times. "
                            + "The name is the program's file name, as in `pidcap ports NAME`.")
    List<String> names = new ArrayList<>();

    @Option(
            names = {"-p", "--pid"},
            paramLabel = "PID",
            split = ",",
            description = "Keep the packets of this process; may be given several times.")
    List<Integer> pids = new ArrayList<>();

    @Option(names = "--children", description = "Keep those of their child processes, and of the children's, too.")
    boolean children;

    /**
     * @throws SessionException nothing is named, or a process that is named by its number is not there
     */
    void check() {
        if (names.isEmpty() && pids.isEmpty()) {
            throw new SessionException(
                    Kind.USAGE,
                    "no process is named",
                    "name one with -n NAME or -p PID, or start one with `pidcap run`");
        }
        for (String name : names) {
            if (name.isBlank()) {
                throw new SessionException(Kind.USAGE, "-n needs a name, not an empty text", "");
            }
        }
        for (int pid : pids) {
            if (pid <= 0 || ProcessHandle.of(pid).isEmpty()) {
                throw new SessionException(
                        Kind.NOT_FOUND,
                        "there is no process " + pid,
                        "`ps -e` lists them; -n NAME waits for one to start");
            }
        }
    }

    String subject() {
        return names.isEmpty() ? "pid" + pids.get(0) : names.get(0);
    }
}
