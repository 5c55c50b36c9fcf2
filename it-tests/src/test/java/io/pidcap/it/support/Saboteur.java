package io.pidcap.it.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.ProtectionDomain;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * An agent within the workers' JVMs that does one of them harm at one stage of its life, from inside: fills its memory, ends
 * it with an error, or has it stand still. What it is to do lies as an empty file in a folder, {@code ROLE-STAGE-HARM}, which
 * the first worker of that role that comes to the stage takes away. In a file {@code ROLE-STAGE-HARM-always} it stays.
 */
public final class Saboteur implements AutoCloseable {
    private static final long LOOK_EVERY_MILLIS = 5;
    private static final int KIBIBYTES = 16 << 10;

    /** Where a worker is. */
    public enum Stage {
        BEFORE_HELLO,
        BEFORE_READY,
        CAPTURING,
        STOPPING
    }

    /** What happens to it. */
    public enum Harm {
        /** It really has no memory left. */
        OUT_OF_MEMORY,
        EXIT,
        /** SIGSTOP. */
        HANG
    }

    /** The status of a worker that ends with an error. */
    public static final int EXIT_STATUS = 9;

    private final Path folder;

    private Saboteur(Path folder) {
        this.folder = folder;
    }

    /** Makes the agent. */
    public static Saboteur create() throws IOException {
        // Neither it nor what leads to it may be closed to the user that the capture-worker becomes.
        Path folder = Files.createTempDirectory("pidcap-it-");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        AgentJar.make(folder.resolve("agent.jar"), Saboteur.class);
        return new Saboteur(folder);
    }

    /** For the workers. */
    public String jvmOption() {
        return "-javaagent:" + folder.resolve("agent.jar") + "=" + folder;
    }

    /** @param roles {@code capture} or {@code events}, or both with a plus sign between them */
    public void order(String roles, Stage stage, Harm harm) throws IOException {
        for (String role : roles.split("[+]")) {
            Files.createFile(folder.resolve(role + "-" + stage + "-" + harm));
        }
    }

    /** Of each worker from now on. */
    public void orderAlways(String role, Stage stage, Harm harm) throws IOException {
        Files.createFile(folder.resolve(role + "-" + stage + "-" + harm + "-always"));
    }

    @Override
    public void close() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }

    /* In a worker. */

    /** @param folder where the orders are */
    public static void premain(String folder, Instrumentation instrumentation) {
        Path orders = Path.of(folder);
        String role = System.getProperty("sun.java.command", "").contains("CaptureWorkerMain") ? "capture" : "events";
        obey(orders, role, Stage.BEFORE_HELLO);
        Set<String> opening = Set.of("io/pidcap/capture/CaptureOpener", "io/pidcap/event/SnapshotTaker");
        // Nobody loads it before the message comes.
        Set<String> stopping = Set.of("io/pidcap/protocol/v1/Stop$1");
        instrumentation.addTransformer(new ClassFileTransformer() {
            @Override
            public byte @Nullable [] transform(
                    @Nullable ClassLoader loader,
                    @Nullable String name,
                    @Nullable Class<?> redefined,
                    @Nullable ProtectionDomain domain,
                    byte[] bytes) {
                if (name == null) {
                    return null;
                }
                if (opening.contains(name)) {
                    obey(orders, role, Stage.BEFORE_READY);
                    watch(orders, role);
                } else if (stopping.contains(name)) {
                    obey(orders, role, Stage.STOPPING);
                }
                return null;
            }
        });
    }

    private static void watch(Path orders, String role) {
        Thread thread = new Thread(
                () -> {
                    while (true) {
                        obey(orders, role, Stage.CAPTURING);
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_EVERY_MILLIS));
                    }
                },
                "saboteur");
        thread.setDaemon(true);
        thread.start();
    }

    private static void obey(Path orders, String role, Stage stage) {
        for (Harm harm : Harm.values()) {
            String order = role + "-" + stage + "-" + harm;
            if (Files.exists(orders.resolve(order + "-always")) || isTaken(orders.resolve(order))) {
                harm(harm);
            }
        }
    }

    private static boolean isTaken(Path order) {
        try {
            return Files.deleteIfExists(order);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void harm(Harm harm) {
        switch (harm) {
            case OUT_OF_MEMORY -> {
                Deque<byte[]> all = new ArrayDeque<>();
                while (all.size() < Integer.MAX_VALUE) {
                    all.add(new byte[KIBIBYTES]);
                }
            }
            case EXIT -> Runtime.getRuntime().halt(EXIT_STATUS);
            case HANG -> {
                try {
                    new ProcessBuilder(
                                    "kill",
                                    "-STOP",
                                    Long.toString(ProcessHandle.current().pid()))
                            .start()
                            .waitFor();
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }
}
