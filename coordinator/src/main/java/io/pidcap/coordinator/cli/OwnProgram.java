package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.worker.WorkerLauncher;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How this installation of pidcap is started once more. */
final class OwnProgram {
    /** JVM options of a coordinator, separated by blanks, as the launcher script chose them for this one. */
    private static final String JVM_OPTIONS_PROPERTY = "pidcap.jvm";

    /** The launcher script's path, set by it. */
    private static final String LAUNCHER_PROPERTY = "pidcap.launcher";

    /** As for the workers: quickly started, and a heap that follows what lives. */
    private static final String DEFAULT_JVM_OPTIONS = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto"
            + " -Xms32m -Xmn6m -Xmx512m -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=15 -XX:-ShrinkHeapInSteps";

    private OwnProgram() {}

    /** With the same Java and the same options, as long as this process runs; the arguments are to follow. */
    static List<String> command() {
        Path lib = WorkerLauncher.installedLibDirectory();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        String options = System.getProperty(JVM_OPTIONS_PROPERTY, DEFAULT_JVM_OPTIONS);
        for (String option : options.split(" ")) {
            if (!option.isEmpty()) {
                command.add(option);
            }
        }
        command.add("-D" + JVM_OPTIONS_PROPERTY + "=" + options);
        command.add("-D" + WorkerLauncher.LIB_PROPERTY + "=" + lib);
        String workerOptions = System.getProperty(WorkerLauncher.JVM_OPTIONS_PROPERTY, "");
        if (!workerOptions.isEmpty()) {
            command.add("-D" + WorkerLauncher.JVM_OPTIONS_PROPERTY + "=" + workerOptions);
        }
        String starter = System.getProperty(WorkerLauncher.STARTER_PROPERTY, "");
        if (!starter.isEmpty()) {
            command.add("-D" + WorkerLauncher.STARTER_PROPERTY + "=" + starter);
        }
        command.addAll(List.of("-cp", WorkerLauncher.classPath(lib), CoordinatorMain.class.getName()));
        return command;
    }

    /** For other programs to start, at any later time; the arguments are to follow. */
    static List<String> lastingCommand() {
        String launcher = System.getProperty(LAUNCHER_PROPERTY, "");
        return launcher.isEmpty() ? command() : List.of(launcher);
    }
}
