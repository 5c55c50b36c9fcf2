package io.pidcap.it.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An installation with its launcher script, where everybody may read it, and a directory of the user {@code nobody}, to whom
 * the script is told to belong as sudo(8) tells it.
 */
public final class SudoPlace implements AutoCloseable {
    public static final int USER = 65534;

    private static final String NAME = "nobody";

    private final Path place;

    private SudoPlace(Path place) {
        this.place = place;
    }

    public static SudoPlace make() throws IOException {
        Path place = Files.createTempDirectory("pidcap-it-");
        Files.setPosixFilePermissions(place, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path dist = Path.of(System.getProperty("pidcap.dist"));
        Path lib = Files.createDirectories(place.resolve("target/dist/lib"));
        try (Stream<Path> jars = Files.list(dist.resolve("lib"))) {
            for (Path jar : jars.toList()) {
                Files.copy(jar, lib.resolve(jar.getFileName()));
            }
        }
        Files.copy(dist.resolve("../../pidcap"), place.resolve("pidcap"));
        Files.setPosixFilePermissions(place.resolve("pidcap"), PosixFilePermissions.fromString("rwxr-xr-x"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java") + "\n";
        Files.writeString(place.resolve("target/dist/built-with-java"), java);
        SudoPlace made = new SudoPlace(place);
        Files.createDirectory(made.directory());
        Files.createDirectory(made.directory().resolve("state"));
        for (Path each : List.of(made.directory(), made.directory().resolve("state"))) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwx------"));
            Files.setAttribute(each, "unix:uid", USER);
        }
        return made;
    }

    Path script() {
        return place.resolve("pidcap");
    }

    /** The user's. */
    public Path directory() {
        return place.resolve("home");
    }

    Map<String, String> environment() {
        return Map.of(
                "SUDO_UID", Integer.toString(USER),
                "SUDO_GID", Integer.toString(USER),
                "SUDO_USER", NAME,
                "JAVA_HOME", System.getProperty("java.home"));
    }

    /** As root. */
    public Pidcap pidcap() {
        return new Pidcap(this);
    }

    /** What goes before a command to be that user, without sudo. */
    public static List<String> asUser() {
        return List.of("setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups");
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> all = Files.walk(place)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
