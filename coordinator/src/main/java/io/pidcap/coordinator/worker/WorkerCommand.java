package io.pidcap.coordinator.worker;

import io.pidcap.coordinator.platform.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is executed to start a worker: with the Java that runs this process, and no more privileges than it needs, see
 * {@link WorkerPrivileges}.
 *
 * <p>A shell ignores SIGINT and SIGHUP and then becomes the worker: a Ctrl-C at the terminal goes to every process there, and
 * only the coordinator may decide what it means. Windows has no such shell; there the worker itself waits for the coordinator
 * when Ctrl-C comes. The secret is not on the command line, where every user could read it.
 *
 * @param socket on which the worker finds the coordinator
 */
record WorkerCommand(
        Platform platform, Path libDirectory, Path socket, WorkerNeeds needs, WorkerPrivileges privileges) {
    /**
     * Until Linux 5.11 what eBPF holds is locked memory, and only root may raise its limit. A worker has little to do, but what
     * it does not read in time is lost: on a host where very much runs at once its turn comes before that of others, if we may.
     */
    private static final String SHIELD =
            "trap '' INT HUP; ulimit -l unlimited 2>/dev/null; renice -n -10 -p $$ >/dev/null 2>&1; exec \"$@\"";

    /** @throws IOException the worker is not installed */
    List<String> of(WorkerRole role, int run) throws IOException {
        Path jar = libDirectory.resolve(role.jar());
        if (!Files.isRegularFile(jar)) {
            throw new IOException(role.program() + " is not installed: there is no " + jar);
        }
        List<String> command = new ArrayList<>();
        if (platform == Platform.UNIX) {
            command.addAll(List.of("/bin/sh", "-c", SHIELD, "sh"));
            command.addAll(privileges.prefix(role, needs));
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(WorkerLauncher.jvmOptions(role));
        command.addAll(List.of("-cp", WorkerLauncher.classPath(libDirectory), role.mainClass()));
        command.addAll(List.of("--pipe", socket.toString(), "--run", Integer.toString(run)));
        if (platform == Platform.UNIX) {
            command.addAll(privileges.arguments(role, needs));
        }
        return command;
    }
}
