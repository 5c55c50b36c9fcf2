package io.pidcap.it.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A process that gets all orphans below it and waits for none: who dies there stays a zombie. */
public final class CarelessParent implements AutoCloseable {
    private final Pidcap.Running running;

    private CarelessParent(Pidcap.Running running) {
        this.running = running;
    }

    /**
     * Has it run {@code pidcap start}.
     *
     * @param directory the test's own
     */
    public static CarelessParent start(Pidcap pidcap, Path directory, String... options) throws IOException {
        Path script = directory.resolve("never_waits.py");
        try (var in = CarelessParent.class.getResourceAsStream("/programs/never_waits.py")) {
            Files.write(script, in.readAllBytes());
        }
        return new CarelessParent(pidcap.start(List.of("python3", "-I", script.toString()), options));
    }

    /** What the command printed, once it has printed a line. */
    public String awaitLine() throws IOException {
        Await.until(
                "a line of the command",
                () -> running.outText().endsWith("\n") || !running.process().isAlive());
        return running.outText().strip();
    }

    public static boolean isZombie(long pid) throws IOException {
        Path stat = Path.of("/proc/" + pid + "/stat");
        return Files.exists(stat)
                && Files.readString(stat, StandardCharsets.ISO_8859_1).contains(") Z ");
    }

    @Override
    public void close() {
        running.process().destroyForcibly().onExit().join();
    }
}
