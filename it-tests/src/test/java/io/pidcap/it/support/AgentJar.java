package io.pidcap.it.support;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** A jar that a JVM runs before its program ({@code -javaagent}): a class of the tests inside a worker. */
public final class AgentJar {
    private AgentJar() {}

    /** @param agent with a {@code premain}; its nested classes go with it */
    public static void make(Path jar, Class<?> agent) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(new Attributes.Name("Premain-Class"), agent.getName());
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
                DirectoryStream<Path> classes =
                        Files.newDirectoryStream(compiled(agent), agent.getSimpleName() + "*.class")) {
            for (Path one : classes) {
                out.putNextEntry(new JarEntry(agent.getPackageName().replace('.', '/') + "/" + one.getFileName()));
                Files.copy(one, out);
            }
        }
    }

    private static Path compiled(Class<?> agent) throws IOException {
        try {
            URL compiled = Objects.requireNonNull(agent.getResource(agent.getSimpleName() + ".class"));
            return Objects.requireNonNull(Path.of(compiled.toURI()).getParent());
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }
}
