package io.pidcap.it.bench;

import io.pidcap.coordinator.worker.WorkerLauncher;
import io.pidcap.coordinator.worker.WorkerRole;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The floor of what three JVMs take: they only wait for the end of their input, with the options of the event-worker. */
final class EmptyJvms {
    private static final int COUNT = 3;

    private EmptyJvms() {}

    /** Is the main class of each of them. */
    public static void main(String[] arguments) throws IOException {
        System.out.println("up");
        System.in.read();
    }

    static Resident measure(Workplace place) throws IOException, InterruptedException {
        String classes = Path.of(System.getProperty("pidcap.dist"), "../../it-tests/target/test-classes")
                .normalize()
                .toString();
        List<Process> started = new ArrayList<>();
        Map<String, Long> pids = new LinkedHashMap<>();
        try {
            for (int i = 0; i < COUNT; i++) {
                List<String> command = new ArrayList<>();
                command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
                command.addAll(WorkerLauncher.jvmOptions(WorkerRole.EVENTS));
                command.addAll(List.of("-cp", classes, EmptyJvms.class.getName()));
                Process process = new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                started.add(process);
                if (process.inputReader().readLine() == null) {
                    throw new IllegalStateException("a JVM that does nothing did not start");
                }
                pids.put("empty-" + i, process.pid());
            }
            Resident resident = Resident.of(pids);
            place.say(resident.toString());
            return resident;
        } finally {
            for (Process process : started) {
                process.destroy();
                process.waitFor();
            }
        }
    }
}
