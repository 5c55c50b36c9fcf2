package io.pidcap.protocol.file;

import java.util.List;

/**
 * What each file of an output holds that writes several at once.
 *
 * @param files in the order in which they were begun
 * @param packetsInSeveral that are in more than one of them
 */
public record FileTotals(List<One> files, long packetsInSeveral) {
    /** Of an output that does not. */
    public static final FileTotals NONE = new FileTotals(List.of(), 0);

    public FileTotals {
        files = List.copyOf(files);
    }

    /**
     * Of one file.
     *
     * @param bytes its length
     */
    public record One(long packets, long bytes) {
        public static final One NOTHING = new One(0, 0);
    }

    /** Of the file that was begun as number {@code index}, from 0; nothing: it was begun later. */
    public One of(int index) {
        return index < files.size() ? files.get(index) : One.NOTHING;
    }
}
