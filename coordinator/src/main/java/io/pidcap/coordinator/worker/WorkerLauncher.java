package io.pidcap.coordinator.worker;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Starts worker processes with the Java that runs the coordinator.
 *
 * <p>The worker is started through a shell that ignores SIGINT and SIGHUP and then becomes it: a Ctrl-C at the terminal
 * goes to every process there, and only the coordinator may decide what it means. The secret is not on the command
 * line, where every user could read it.
 *
 * <p>What it is allowed is cut down to what it needs, see {@link WorkerPrivileges}.
 */
public final class WorkerLauncher {
    /** Names the folder of the program's jars; set by the launcher script. */
    public static final String LIB_PROPERTY = "pidcap.lib";

    /** More JVM options for the workers, separated by blanks: to debug or to measure one. */
    public static final String JVM_OPTIONS_PROPERTY = "pidcap.worker.jvm";

    /**
     * Names the folder with an archive of classes for each program, {@code PROGRAM.jsa}; set by the launcher script, which
     * has made sure that they are whole. A Java that one does not fit ignores it.
     */
    private static final String ARCHIVES_PROPERTY = "pidcap.archives";

    /** Until Linux 5.11 what eBPF holds is locked memory, and only root may raise its limit. */
    private static final String SHIELD = "trap '' INT HUP; ulimit -l unlimited 2>/dev/null; exec \"$@\"";

    private final Path libDirectory;
    private final Path socket;
    private final Path logDirectory;
    private final WorkerNeeds needs;
    private final WorkerPrivileges privileges = WorkerPrivileges.ofThisProcess();

    /**
     * @param socket on which the coordinator listens, or will before it delivers the secret
     * @param logDirectory must exist
     */
    public WorkerLauncher(Path libDirectory, Path socket, Path logDirectory, WorkerNeeds needs) {
        this.libDirectory = libDirectory;
        this.socket = socket;
        this.logDirectory = logDirectory;
        this.needs = needs;
    }

    /** The folder with the jars of this installation. */
    public static Path installedLibDirectory() {
        String configured = System.getProperty(LIB_PROPERTY, "");
        if (!configured.isEmpty()) {
            return Path.of(configured).toAbsolutePath();
        }
        String firstJar = System.getProperty("java.class.path", "").split(File.pathSeparator, 2)[0];
        Path parent = Path.of(firstJar).toAbsolutePath().getParent();
        return parent == null ? Path.of("").toAbsolutePath() : parent;
    }

    /** Starts the first runs of both, which takes them longer than anything else takes us: do it before all else. */
    public Map<WorkerRole, WorkerProcess> launchBoth() throws IOException {
        Map<WorkerRole, WorkerProcess> started = new EnumMap<>(WorkerRole.class);
        try {
            for (WorkerRole role : WorkerRole.values()) {
                started.put(role, launch(role, WorkerSupervisor.FIRST_RUN));
            }
        } catch (IOException e) {
            started.values().forEach(WorkerProcess::kill);
            throw e;
        }
        return started;
    }

    /**
     * @throws IOException naming the program that could not be started
     */
    public WorkerProcess launch(WorkerRole role, int run) throws IOException {
        Path jar = libDirectory.resolve(role.jar());
        if (!Files.isRegularFile(jar)) {
            throw new IOException(role.program() + " is not installed: there is no " + jar);
        }
        Path log = logDirectory.resolve(role.word() + "-" + run + ".log");
        ProcessBuilder builder = new ProcessBuilder(command(role, jar, run));
        builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.redirectErrorStream(true);
        try {
            return new WorkerProcess(role, run, builder.start(), log);
        } catch (IOException e) {
            throw new IOException("start " + role.program() + ": " + e.getMessage(), e);
        }
    }

    private List<String> command(WorkerRole role, Path jar, int run) {
        List<String> command = new ArrayList<>();
        if (File.separatorChar == '/') {
            command.addAll(List.of("/bin/sh", "-c", SHIELD, "sh"));
        }
        command.addAll(privileges.prefix(role, needs));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions(role));
        command.addAll(List.of("-jar", jar.toString(), "--pipe", socket.toString(), "--run", Integer.toString(run)));
        command.addAll(privileges.arguments(role, needs));
        return command;
    }

    /** A small, quickly started JVM: the packets are not on its heap, and it lives too briefly for the second compiler. */
    public static List<String> jvmOptions(WorkerRole role) {
        List<String> options = new ArrayList<>(List.of(
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                // A file in /tmp that a thread updates twenty times a second, for tools that nobody points at a worker.
                "-XX:-UsePerfData",
                // The heap follows what lives: nothing is gained here by letting it grow for the collector's ease.
                "-Xms24m",
                "-Xmn8m",
                "-XX:MinHeapFreeRatio=20",
                "-XX:MaxHeapFreeRatio=25",
                role == WorkerRole.CAPTURE ? "-Xmx48m" : "-Xmx256m",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED"));
        String archives = System.getProperty(ARCHIVES_PROPERTY, "");
        if (!archives.isEmpty()) {
            options.add("-XX:SharedArchiveFile=" + Path.of(archives, role.program() + ".jsa"));
            options.add("-Xlog:cds=off");
            options.add("-Xlog:class+path=off");
        }
        for (String option : System.getProperty(JVM_OPTIONS_PROPERTY, "").split(" ")) {
            if (!option.isEmpty()) {
                options.add(option);
            }
        }
        return options;
    }
}
