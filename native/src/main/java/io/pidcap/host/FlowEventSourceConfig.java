package io.pidcap.host;

/**
 * Which source of flow events, and how.
 *
 * @param choice {@code AUTO}: the best that attaches
 * @param pollIntervalMillis for a source that polls, at least 1
 * @param withArguments read whole command lines, not {@code argv[0]} only
 */
public record FlowEventSourceConfig(Choice choice, int pollIntervalMillis, boolean withArguments) {
    /** What the user asked for with {@code --events}. */
    public enum Choice {
        AUTO,
        PROC,
        EBPF
    }
}
