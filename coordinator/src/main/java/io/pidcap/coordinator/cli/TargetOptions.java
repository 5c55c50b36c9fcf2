package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.platform.Platform;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import picocli.CommandLine.Option;

/** Whose packets {@code capture}, {@code start} and {@code filter} keep; everybody's if nothing is named. */
final class TargetOptions {
    /** (uid_t) -1 means no user. */
    private static final long MOST_USER_ID = 0xffff_fffeL;

    @Option(
            names = {"-n", "--name"},
            paramLabel = "NAME",
            split = ",",
            description =
                    "Keep the packets of processes of this name, those that start later too; may be given several times. "
                            + "The name is the program's file name, as in `pidcap ports NAME`.")
    List<String> names = new ArrayList<>();

    @Option(
            names = "--exe",
            paramLabel = "PATH",
            description = "Keep the packets of processes that execute this file, those that start later too; may be "
                    + "given several times. A link stands for its file. In a pattern * stands for any characters, / "
                    + "among them. Of a script name the interpreter here, or the script with -n.")
    List<String> executables = new ArrayList<>();

    @Option(
            names = {"-p", "--pid"},
            paramLabel = "PID",
            split = ",",
            description = "Keep the packets of this process; may be given several times.")
    List<Integer> pids = new ArrayList<>();

    @Option(
            names = "--user",
            paramLabel = "USER",
            split = ",",
            description = "Alone: keep the packets of all processes of this user, by name or number. With -n, --exe or "
                    + "-p, of which any will do: of these, keep the user's only. The real user counts: who started a "
                    + "setuid program, not who it works as.")
    List<String> users = new ArrayList<>();

    @Option(
            names = "--children",
            description = "Keep those of their child processes, and of the children's, too, whatever their user.")
    boolean children;

    private List<String> executablePatterns = List.of();
    private List<Long> userIds = List.of();

    /**
     * {@link #checkRecorded}, for processes of now.
     *
     * @throws SessionException also when a process that is named by its number is not there
     */
    void check() throws IOException, InterruptedException {
        checkRecorded();
        for (int pid : pids) {
            if (pid <= 0 || ProcessHandle.of(pid).isEmpty()) {
                throw new SessionException(
                        Kind.NOT_FOUND,
                        "there is no process " + pid,
                        "`ps -e` lists them; -n NAME waits for one to start");
            }
        }
    }

    /**
     * To be called once, before all others; for processes that a journal tells of.
     *
     * @throws SessionException there is no such user; or a path can never be that of an executable
     */
    void checkRecorded() throws IOException, InterruptedException {
        for (String name : names) {
            if (name.isBlank()) {
                throw new SessionException(Kind.USAGE, "-n needs a name, not an empty text", "");
            }
        }
        Set<String> patterns = new LinkedHashSet<>();
        executables.forEach(path -> patterns.addAll(ExecutableOption.patterns(Platform.current(), path)));
        executablePatterns = List.copyOf(patterns);
        Set<Long> ids = new LinkedHashSet<>();
        for (String user : users) {
            ids.add(userId(user));
        }
        userIds = List.copyOf(ids);
    }

    /** A number need not be an account of this system: those in containers are not. */
    private static long userId(String user) throws IOException, InterruptedException {
        if (user.matches("[0-9]{1,10}") && Long.parseLong(user) <= MOST_USER_ID) {
            return Long.parseLong(user);
        }
        Account account = user.isBlank() ? null : Account.find(user);
        if (account == null) {
            throw new SessionException(
                    Kind.USAGE, "--user " + user + ": there is no such user", "`getent passwd` lists them");
        }
        return account.userId();
    }

    List<String> executablePatterns() {
        return executablePatterns;
    }

    List<Long> userIds() {
        return userIds;
    }

    String subject() {
        if (!names.isEmpty()) {
            return names.get(0);
        }
        if (!executables.isEmpty()) {
            String path = executables.get(0);
            return path.substring(path.lastIndexOf('/') + 1);
        }
        if (!pids.isEmpty()) {
            return "pid" + pids.get(0);
        }
        return users.isEmpty() ? "all" : "user-" + users.get(0);
    }
}
