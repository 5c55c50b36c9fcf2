package io.pidcap.it.accuracy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** What one session captures: its way to select, and its classes of traffic ({@code accuracy.py} has them). */
enum Scene {
    NAMES("lo,acc0,acctun,accv0,accq0") {
        @Override
        List<String> selection(Path directory) {
            List<String> options = new ArrayList<>();
            Stream.of(
                            "acc-*",
                            "short-lived-connector-acc",
                            "gl?b-*-wanted",
                            "the-same-fifteen-characters-target",
                            "later-target")
                    .forEach(name -> options.addAll(List.of("-n", name)));
            Stream.of("exact/tool", "exact/short", "pattern/*/bin/tool", "link")
                    .forEach(path -> options.addAll(List.of(
                            "--exe", directory.resolve("exe").resolve(path).toString())));
            return options;
        }
    },
    USER("lo") {
        @Override
        List<String> selection(Path directory) {
            return List.of("--user", "61001");
        }
    },
    CHILDREN("any") {
        @Override
        List<String> selection(Path directory) {
            return List.of("-n", "acc-*", "--children");
        }
    };

    private final String interfaces;

    Scene(String interfaces) {
        this.interfaces = interfaces;
    }

    /** Its name in {@code accuracy.py}. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    String interfaces() {
        return interfaces;
    }

    /** The options that select its targets, whose programs are in the directory. */
    abstract List<String> selection(Path directory);
}
