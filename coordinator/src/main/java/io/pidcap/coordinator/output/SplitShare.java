package io.pidcap.coordinator.output;

import io.pidcap.protocol.v1.OutputFileBegun;

/**
 * Whose packets are in a file of a split output.
 *
 * @param word by which the file is named
 */
public record SplitShare(Kind kind, String word) {
    /** What the packets of a file have in common. */
    enum Kind {
        PROCESS_NAME,
        UNKNOWN_OWNERS,
        OTHER_NAMES
    }

    static final SplitShare UNKNOWN = new SplitShare(Kind.UNKNOWN_OWNERS, "unknown");
    static final SplitShare OTHERS = new SplitShare(Kind.OTHER_NAMES, "others");

    static SplitShare of(String processName) {
        return new SplitShare(Kind.PROCESS_NAME, processName);
    }

    public static SplitShare of(OutputFileBegun message) {
        return switch (message.getShareCase()) {
            case UNKNOWN_OWNERS -> UNKNOWN;
            case OTHER_NAMES -> OTHERS;
            default -> of(message.getProcessName());
        };
    }

    OutputFileBegun toMessage() {
        OutputFileBegun.Builder message = OutputFileBegun.newBuilder();
        switch (kind) {
            case PROCESS_NAME -> message.setProcessName(word);
            case UNKNOWN_OWNERS -> message.setUnknownOwners(true);
            case OTHER_NAMES -> message.setOtherNames(true);
        }
        return message.build();
    }
}
