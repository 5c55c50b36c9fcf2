package io.pidcap.protocol.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A process as a capture file tells of it.
 *
 * @param name as a person would call it
 * @param executable its path; null: not known
 * @param arguments argv, or the beginning of it; empty: not known
 */
public record NotedProcess(
        ProcessIdentity identity, String name, @Nullable String executable, List<String> arguments) {
    public NotedProcess {
        arguments = List.copyOf(arguments);
    }
}
