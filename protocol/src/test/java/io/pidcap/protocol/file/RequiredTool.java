package io.pidcap.protocol.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Runs a program of another project; where it is not installed, the test is skipped in words. */
final class RequiredTool {
    private RequiredTool() {}

    /**
     * @param feature fails instead of skipping where {@code pidcap.require} names it
     * @return what it printed; a failed exit fails the test
     */
    static String run(String feature, String... command) throws IOException, InterruptedException {
        if (!isInstalled(command[0])) {
            String reason = "needs " + command[0] + ", which is not installed";
            String required = System.getProperty("pidcap.require", "");
            if (Arrays.asList(required.split(",")).contains(feature)) {
                Assertions.fail(reason);
            }
            System.err.println("skipped: " + reason);
            Assumptions.abort(reason);
        }
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Assertions.assertEquals(0, process.waitFor(), () -> List.of(command) + " printed " + output);
        return output;
    }

    private static boolean isInstalled(String program) {
        String path = System.getenv().getOrDefault("PATH", "");
        return Arrays.stream(path.split(":")).anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
