package io.pidcap.coordinator.worker;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An event-worker that belongs to no session and writes what the system tells to a file. */
public final class RecordingWorker {
    private static final long KNOW_SECONDS = 1;
    private static final long END_SECONDS = 6;

    private RecordingWorker() {}

    /**
     * Runs it to its end; a Ctrl-C ends it as well. It says what it does on our standard error.
     *
     * @param durationMillis 0: no limit
     * @return its exit status
     * @throws IOException it cannot be started
     */
    public static int run(Path file, long durationMillis) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(WorkerLauncher.jvmOptions(WorkerRole.EVENTS));
        command.addAll(List.of(
                "-cp",
                WorkerLauncher.classPath(WorkerLauncher.installedLibDirectory()),
                WorkerRole.EVENTS.mainClass()));
        command.addAll(List.of("--record", file.toString(), Long.toString(durationMillis)));
        Process worker = new ProcessBuilder(command).inheritIO().start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(worker), "end-of-recording"));
        return worker.waitFor();
    }

    /** Of a Ctrl-C it knows itself, and completes its file; of other signals it has to be told. */
    private static void end(Process worker) {
        try {
            if (!worker.waitFor(KNOW_SECONDS, TimeUnit.SECONDS)) {
                worker.destroy();
                worker.waitFor(END_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
