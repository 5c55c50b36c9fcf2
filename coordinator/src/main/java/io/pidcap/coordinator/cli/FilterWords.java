package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Parameters;

/** A filter expression behind the options, as with tcpdump. */
final class FilterWords {
    @Parameters(
            arity = "0..*",
            paramLabel = "EXPR",
            description = "Like -f: capture only what matches, as in `capture -n curl tcp port 443`. "
                    + "Put -- before it if a word of it begins with -.")
    List<String> words = new ArrayList<>();

    /** @throws SessionException both are there */
    String orOption(String filter) {
        String expression = String.join(" ", words).trim();
        if (!expression.isEmpty() && !filter.isEmpty()) {
            throw new SessionException(
                    Kind.USAGE,
                    "-f and \"" + expression + "\": there are two filter expressions",
                    "write one, with \"and\" between its parts; a program is named with -n");
        }
        return expression.isEmpty() ? filter : expression;
    }
}
