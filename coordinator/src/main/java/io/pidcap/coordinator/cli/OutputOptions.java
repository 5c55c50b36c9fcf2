package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.reading.OutputRequest;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** From which capture to which: what `convert` and `strip` share. */
final class OutputOptions {
    @Parameters(index = "0", paramLabel = "IN", description = "The capture file; - for standard input.")
    String input = "";

    @Parameters(index = "1", paramLabel = "OUT", description = "The file to write.")
    Path output = Path.of("");

    @Option(names = "--force", description = "Replace OUT if it is there.")
    boolean force;

    OutputRequest request() {
        if (output.toString().toLowerCase(Locale.ROOT).endsWith(".gz")) {
            throw new SessionException(
                    Kind.USAGE, "write " + output + ": pidcap does not compress", "name a file without .gz");
        }
        InvokingUser user = InvokingUser.current();
        return new OutputRequest(CaptureOptions.checkedOutput(output, false), force, user.userId(), user.groupId());
    }
}
