package io.pidcap.host;

/**
 * Which source of flow events, and how.
 *
 * @param choice {@code AUTO}: the best that attaches
 * @param pollIntervalMillis for a source that polls, at least 1
 * @param withArguments read whole command lines, not {@code argv[0]} only
 * @param prefilter also have the means to filter packets in the kernel, see {@link FlowEventSource#prefilter}
 */
public record FlowEventSourceConfig(Choice choice, int pollIntervalMillis, boolean withArguments, boolean prefilter) {
    /** Without a prefilter. */
    public FlowEventSourceConfig(Choice choice, int pollIntervalMillis, boolean withArguments) {
        this(choice, pollIntervalMillis, withArguments, false);
    }

    /** What the user asked for with {@code --events}. */
    public enum Choice {
        AUTO,
        PROC,
        EBPF,
        IPHELPER,
        WINDIVERT
    }
}
