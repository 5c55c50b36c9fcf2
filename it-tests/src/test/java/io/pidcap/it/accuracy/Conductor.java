package io.pidcap.it.accuracy;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code programs/accuracy.py}: makes the traffic, in a network namespace of its own. */
final class Conductor implements AutoCloseable {
    private static final List<String> PROGRAMS = List.of(
            "accuracy.py",
            "accuracy_base.py",
            "accuracy_bulk.py",
            "accuracy_classes.py",
            "accuracy_ways.py",
            "accuracy_selection.py",
            "accuracy_agent.py",
            "short_lived.c",
            "vlan_tags.bpf.c");
    private static final int END_SECONDS = 20;

    private final Process process;
    private final Path log;
    private final BufferedReader output;
    private final BufferedWriter input;

    private Conductor(Process process, Path log) {
        this.process = process;
        this.log = log;
        this.output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.input = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    }

    /** Returns when everything of a scene is there that is to be older than the capture. */
    static Conductor start(String scene, Path directory) throws IOException {
        for (String program : PROGRAMS) {
            try (var in = Conductor.class.getResourceAsStream("/programs/" + program)) {
                Files.write(directory.resolve(program), in.readAllBytes());
            }
        }
        Path log = directory.resolve("conductor.txt");
        List<String> command = List.of(
                "unshare",
                "--net",
                "/usr/bin/python3",
                "-I",
                directory.resolve("accuracy.py").toString(),
                scene,
                directory.toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                testClasses());
        Conductor conductor = new Conductor(
                new ProcessBuilder(command).redirectError(log.toFile()).start(), log);
        conductor.await("prepared");
        return conductor;
    }

    private static String testClasses() {
        return Path.of(JvmTraffic.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toString();
    }

    /** What makes a command run in the namespace of the traffic. */
    List<String> enter() {
        return List.of("nsenter", "--net=/proc/" + process.pid() + "/ns/net");
    }

    /** Returns when all traffic was made and written down. */
    void go() throws IOException {
        input.write("go\n");
        input.flush();
        await("done");
    }

    private void await(String word) throws IOException {
        String line = output.readLine();
        if (!word.equals(line)) {
            throw new AssertionError("the traffic ended before \"" + word + "\": " + Files.readString(log));
        }
    }

    @Override
    public void close() throws IOException {
        input.close();
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
