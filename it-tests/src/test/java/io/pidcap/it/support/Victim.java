package io.pidcap.it.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** The processes of the one session that runs, to be killed and stopped, and what the kernel holds for them. */
public final class Victim {
    private final Path directory;
    private final long coordinator;
    private final List<Long> workers;
    private final List<String> links;

    private Victim(Path directory, long coordinator, List<Long> workers, List<String> links) {
        this.directory = directory;
        this.coordinator = coordinator;
        this.workers = workers;
        this.links = links;
    }

    /** @param directory the test's own */
    public static Victim of(Pidcap pidcap, Path directory) throws Exception {
        JsonNode session = Status.parse(pidcap.run("status", "--json").out()).get(0);
        List<Long> workers = new ArrayList<>();
        List<String> links = new ArrayList<>();
        for (JsonNode run : session.at("/report/workerRuns")) {
            if (run.get("ended").isNull()) {
                long pid = run.get("pid").asLong();
                workers.add(pid);
                links.addAll(linksOf(pid));
            }
        }
        return new Victim(directory, session.get("pid").asLong(), workers, links);
    }

    /** The running worker of a session. */
    public static long worker(Pidcap pidcap, String role) throws Exception {
        for (JsonNode run : Status.onlySession(pidcap).get("workerRuns")) {
            if (run.get("worker").asString().equals(role) && run.get("ended").isNull()) {
                return run.get("pid").asLong();
            }
        }
        throw new AssertionError("no " + role + " worker runs");
    }

    private static List<String> linksOf(long pid) throws IOException {
        List<String> links = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fdinfo"))) {
            for (Path file : files) {
                lines(file).stream()
                        .filter(line -> line.startsWith("link_id:"))
                        .map(line -> line.substring("link_id:".length()).strip())
                        .forEach(links::add);
            }
        }
        return links;
    }

    private static List<String> lines(Path file) throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }

    public long coordinator() {
        return coordinator;
    }

    /** Of BPF, that its workers hold. */
    public List<String> links() {
        return links;
    }

    public static void signal(long pid, String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                .inheritIO()
                .start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill -" + name + " " + pid + " failed");
        }
    }

    /** Kills the coordinator, and waits until its workers have ended by themselves and left nothing attached. */
    public void killCoordinator() throws Exception {
        killCoordinatorAlone();
        awaitWorkersGone();
    }

    /** Waits for its end only. */
    public void killCoordinatorAlone() throws Exception {
        signal(coordinator, "KILL");
        Await.until("the coordinator is gone", () -> isGone(coordinator));
    }

    public void awaitWorkersGone() throws Exception {
        for (long pid : workers) {
            Await.until("worker " + pid + " ends by itself", () -> isGone(pid));
        }
        Await.until("nothing is attached", () -> stillAttached().isEmpty());
    }

    private static boolean isGone(long pid) {
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        return process.isEmpty() || !process.get().isAlive();
    }

    private String stillAttached() throws IOException, InterruptedException {
        Path script = directory.resolve("bpf_left.py");
        try (var in = Victim.class.getResourceAsStream("/programs/bpf_left.py")) {
            Files.write(script, in.readAllBytes());
        }
        List<String> command = new ArrayList<>(List.of("python3", "-I", script.toString()));
        command.addAll(links);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("bpf_left.py: " + said);
        }
        return said.strip();
    }
}
