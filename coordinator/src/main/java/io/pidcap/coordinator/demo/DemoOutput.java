package io.pidcap.coordinator.demo;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Standard output of the demo's programs, which the demo reads line by line. */
final class DemoOutput {
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private DemoOutput() {}

    static void line(String line) {
        OUT.println(line);
    }
}
