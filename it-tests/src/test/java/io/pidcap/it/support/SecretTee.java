package io.pidcap.it.support;

import io.pidcap.protocol.wire.WorkerSecret;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/**
 * Stands before an event-worker and writes down the secret that it is given, so that a test knows what must not be found
 * anywhere.
 */
public final class SecretTee {
    private static final String JAR = "pidcap-event-worker.jar";
    private static final String REAL = "real-" + JAR;
    private static final String SECRET = "secret";

    private SecretTee() {}

    /**
     * Makes a copy of the installed jars in which this class is the event-worker.
     *
     * @return the folder
     */
    public static Path install(Path directory) throws IOException {
        Path lib = Files.createDirectory(directory.resolve("lib-tee"));
        try (Stream<Path> jars = Files.list(Path.of(System.getProperty("pidcap.dist"), "lib"))) {
            for (Path jar : jars.toList()) {
                String name = jar.getFileName().toString();
                Files.createSymbolicLink(lib.resolve(name.equals(JAR) ? REAL : name), jar);
            }
        }
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.put(Attributes.Name.MAIN_CLASS, SecretTee.class.getName());
        Path classes = Path.of(SecretTee.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        main.put(Attributes.Name.CLASS_PATH, classes.toUri() + " " + jarsOf(lib));
        try (OutputStream file = Files.newOutputStream(lib.resolve(JAR));
                JarOutputStream jar = new JarOutputStream(file, manifest)) {
            jar.flush();
        }
        return lib;
    }

    private static String jarsOf(Path lib) throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> jars = Files.list(lib)) {
            jars.forEach(jar -> text.append(jar.toUri()).append(' '));
        }
        return text.toString();
    }

    /** The secret of the last worker that began, as it went through its standard input. */
    public static String secret(Path lib) throws IOException {
        return Files.readString(lib.resolve(SECRET)).strip();
    }

    /** The worker. */
    public static void main(String[] arguments) throws Exception {
        Path lib = Path.of(System.getProperty("java.class.path"))
                .resolveSibling("")
                .toAbsolutePath();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        WorkerSecret.readLine(System.in).writeLine(line);
        Files.write(lib.resolve(SECRET), line.toByteArray());
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "--enable-native-access=ALL-UNNAMED", "-jar"));
        command.add(lib.resolve(REAL).toString());
        command.addAll(List.of(arguments));
        Process worker = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (OutputStream input = worker.getOutputStream()) {
            input.write(line.toByteArray());
        }
        System.exit(worker.waitFor());
    }
}
