package io.pidcap.it.support;

import io.pidcap.protocol.wire.WorkerSecret;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An agent within an event-worker that writes down the secret that it is given, so that a test knows what must not be found
 * anywhere.
 */
public final class SecretTee {
    private final Path jar;
    private final Path file;

    private SecretTee(Path jar, Path file) {
        this.jar = jar;
        this.file = file;
    }

    public static SecretTee in(Path directory) throws IOException {
        Path jar = directory.resolve("tee.jar");
        AgentJar.make(jar, SecretTee.class);
        return new SecretTee(jar, directory.resolve("secret"));
    }

    /** For the workers. */
    public String jvmOption() {
        return "-javaagent:" + jar + "=" + file;
    }

    /** The secret of the last worker that began, as it went through its standard input; it is then nowhere any more. */
    public String take() throws IOException {
        String secret = Files.readString(file).strip();
        Files.delete(file);
        return secret;
    }

    /* In a worker. */

    /** @param file to write to */
    public static void premain(String file) throws IOException {
        if (System.getProperty("sun.java.command", "").contains("EventWorkerMain")) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            WorkerSecret.readLine(System.in).writeLine(line);
            Files.write(Path.of(file), line.toByteArray());
            System.setIn(new ByteArrayInputStream(line.toByteArray()));
        }
    }
}
