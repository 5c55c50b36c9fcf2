package io.pidcap.coordinator.worker;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;

/** A folder as the installed one, in which the event-worker is {@link PuppetWorker}, under the name of its main class. */
final class PuppetJar {
    private PuppetJar() {}

    static void makeIn(Path directory) throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.put(
                Attributes.Name.CLASS_PATH,
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(entry -> Path.of(entry).toUri().toString())
                        .collect(Collectors.joining(" ")));
        try (OutputStream file = Files.newOutputStream(directory.resolve(WorkerRole.EVENTS.jar()));
                JarOutputStream jar = new JarOutputStream(file, manifest)) {
            jar.flush();
        }
    }
}
