package io.pidcap.host.windows;

import io.pidcap.host.ChildProcess;
import io.pidcap.host.RequiredFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Compiles for Windows, with its headers as mingw-w64 has them. */
public final class Mingw {
    static final String PREFIX = "x86_64-w64-mingw32-";

    private Mingw() {}

    /** Skips the test where it is missing. */
    public static void require() {
        RequiredFeature.require(
                "mingw",
                StandIns.isInstalled(PREFIX + "gcc"),
                "needs mingw-w64 (gcc-mingw-w64-x86-64), to compare with Windows' headers");
    }

    /** That a field lies where we read it. */
    public static String isAt(String type, String field, int offset) {
        return "_Static_assert(offsetof(" + type + ", " + field + ") == " + offset + ", \"" + type + "." + field
                + "\");";
    }

    /** That so many bytes are one. */
    public static String isLong(String type, int bytes) {
        return "_Static_assert(sizeof(" + type + ") == " + bytes + ", \"" + type + "\");";
    }

    /** That a constant is what we take it for. */
    public static String equals(String constant, int value) {
        return "_Static_assert(" + constant + " == " + value + ", \"" + constant + "\");";
    }

    /** Fails with the compiler's words where one is wrong. */
    public static void compile(Path directory, List<String> lines) {
        try {
            Path source = Files.write(directory.resolve("assertions.c"), lines);
            Path object = directory.resolve("assertions.o");
            ChildProcess.run(
                    PREFIX + "gcc", "-std=gnu11", "-Wall", "-Werror", "-c", source.toString(), "-o", object.toString());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
