package io.pidcap.coordinator.worker;

import io.pidcap.coordinator.platform.Platform;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts worker processes, or has them started by the process that has the privileges for it, see {@link WorkerStarter}. */
public final class WorkerLauncher {
    /** Names the folder of the program's jars; set by the launcher script. */
    public static final String LIB_PROPERTY = "pidcap.lib";

    /** Names the socket of the {@link WorkerStarter}; set by the launcher script where this process is not to be root. */
    public static final String STARTER_PROPERTY = "pidcap.starter";

    /** More JVM options for the workers, separated by blanks: to debug or to measure one. */
    public static final String JVM_OPTIONS_PROPERTY = "pidcap.worker.jvm";

    /**
     * Names the archive with the classes of all three programs; set by the launcher script, which has made sure that it is
     * whole. A Java that it does not fit ignores it.
     */
    private static final String ARCHIVE_PROPERTY = "pidcap.archive";

    private static final String COORDINATOR_JAR = "pidcap-coordinator.jar";

    private final Path libDirectory;
    private final Path socket;
    private final Path logDirectory;
    private final WorkerNeeds needs;

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

    /**
     * The class path of all three programs, which is the same, and in the order of the launcher script, because the archive
     * of their classes serves no other. Each jar names what it needs itself.
     */
    public static String classPath(Path libDirectory) {
        return Stream.of(WorkerRole.CAPTURE.jar(), WorkerRole.EVENTS.jar(), COORDINATOR_JAR)
                .map(jar -> libDirectory.resolve(jar).toString())
                .collect(Collectors.joining(File.pathSeparator));
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
        Path log = logDirectory.resolve(role.word() + "-" + run + ".log");
        try {
            return new WorkerProcess(role, run, start(role, run, log), log);
        } catch (IOException e) {
            throw new IOException("start " + role.program() + ": " + e.getMessage(), e);
        }
    }

    private WorkerProcess.Child start(WorkerRole role, int run, Path log) throws IOException {
        Optional<StarterClient> starter = StarterClient.ofThisProcess();
        if (starter.isPresent()) {
            return starter.get().start(new StarterWire.Start(role, run, needs, socket.toString()), log);
        }
        WorkerCommand command =
                new WorkerCommand(Platform.current(), libDirectory, socket, needs, WorkerPrivileges.ofThisProcess());
        return WorkerProcess.Child.of(new ProcessBuilder(command.of(role, run))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectErrorStream(true)
                .start());
    }

    /** The socket is there: lets workers connect that are another user than this process. */
    public void admitWorkers() throws IOException {
        if (StarterClient.ofThisProcess().isPresent()) {
            // They have our group; others do not come into its directory.
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
        }
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
                "-XX:MinHeapFreeRatio=20",
                "-XX:MaxHeapFreeRatio=25",
                "-XX:-ShrinkHeapInSteps",
                "-XX:+ExitOnOutOfMemoryError",
                "--enable-native-access=ALL-UNNAMED"));
        options.addAll(
                role == WorkerRole.CAPTURE
                        // Packets are copied in native code. To compile the little that is around it costs more CPU
                        // than
                        // to interpret it.
                        ? List.of("-Xms8m", "-Xmn4m", "-Xmx48m", "-XX:CompileThresholdScaling=10")
                        : List.of("-Xms24m", "-Xmn8m", "-Xmx256m"));
        String archive = System.getProperty(ARCHIVE_PROPERTY, "");
        if (!archive.isEmpty()) {
            options.add("-XX:SharedArchiveFile=" + archive);
            // At the place it was made for nothing in it has to be changed, so that the three JVMs share it.
            options.add("-XX:+UnlockDiagnosticVMOptions");
            options.add("-XX:ArchiveRelocationMode=0");
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
