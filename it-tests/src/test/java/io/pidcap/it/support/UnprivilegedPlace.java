package io.pidcap.it.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A directory of somebody who has the capability NET_RAW alone, with the distribution in it: where the one that is tested
 * lies he may not be able to read.
 */
public final class UnprivilegedPlace {
    /** Who has no more than that. */
    public enum Who {
        /** As a login, or a service, that was given it. */
        USER(65529),
        /** As in a container that was given it. */
        ROOT(0);

        private final int userId;

        Who(int userId) {
            this.userId = userId;
        }

        public int userId() {
            return userId;
        }

        private List<String> prefix() {
            return switch (this) {
                case USER ->
                    List.of(
                            "setpriv",
                            "--no-new-privs",
                            "--reuid=" + userId,
                            "--regid=" + userId,
                            "--clear-groups",
                            "--inh-caps=-all,+net_raw",
                            "--ambient-caps=-all,+net_raw");
                case ROOT -> List.of("setpriv", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all,+net_raw");
            };
        }
    }

    private final Who who;
    private final Path place;
    private final Path lib;

    private UnprivilegedPlace(Who who, Path place, Path lib) {
        this.who = who;
        this.place = place;
        this.lib = lib;
    }

    /** @param place not in a directory that only we may enter */
    public static UnprivilegedPlace prepare(Who who, Path place) throws IOException {
        Path lib = Files.createDirectory(place.resolve("lib"));
        try (Stream<Path> jars = Files.list(Path.of(System.getProperty("pidcap.dist"), "lib"))) {
            for (Path jar : jars.toList()) {
                Files.copy(jar, lib.resolve(jar.getFileName()));
            }
        }
        Files.createDirectory(place.resolve("state"));
        try (Stream<Path> all = Files.walk(place)) {
            for (Path each : all.toList()) {
                Files.setAttribute(each, "unix:uid", who.userId());
            }
        }
        Files.setPosixFilePermissions(place.resolve("state"), PosixFilePermissions.fromString("rwx------"));
        return new UnprivilegedPlace(who, place, lib);
    }

    /** A process of his, with what he has. */
    public TrafficProgram traffic(String name, String... arguments) throws IOException {
        return TrafficProgram.start(who.prefix(), place, name, arguments);
    }

    public Pidcap.Running pidcap(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(who.prefix());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dpidcap.lib=" + lib));
        command.addAll(List.of("-jar", lib.resolve("pidcap-coordinator.jar").toString()));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(place, "out", ".txt");
        Path err = Files.createTempFile(place, "err", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(place.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("PIDCAP_HOME", place.resolve("state").toString());
        return new Pidcap.Running(builder.start(), out, err);
    }

    /** @param role {@code Capture} or {@code Event} */
    public long worker(Pidcap.Running coordinator, String role) {
        return coordinator
                .process()
                .children()
                .filter(child -> child.info().commandLine().orElse("").contains(role + "WorkerMain"))
                .findFirst()
                .orElseThrow()
                .pid();
    }

    public void remove() throws IOException {
        try (Stream<Path> all = Files.walk(place)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
