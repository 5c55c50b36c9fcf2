package io.pidcap.coordinator.output;

/**
 * When one file ends and the next begins, as tcpdump's {@code -C}, {@code -G} and {@code -W}.
 *
 * @param bytes a file that is larger before a packet is followed by another; 0: never
 * @param periodMillis a file is followed by another so long after its beginning; 0: never
 * @param files with bytes alone: the last of so many is followed by the first, which is replaced. With a period alone:
 *     nothing is written after the last of so many. With both: gives the numbers of files their width, and is no limit.
 *     0: no limit
 */
public record Rotation(long bytes, long periodMillis, int files) {
    public static final Rotation NONE = new Rotation(0, 0, 0);
    public static final int MOST_FILES = 100_000;

    public Rotation {
        boolean known = bytes >= 0 && periodMillis >= 0 && files >= 0 && files <= MOST_FILES;
        if (!known || (files > 0 && bytes == 0 && periodMillis == 0)) {
            throw new IllegalArgumentException("rotation by " + bytes + " bytes, " + periodMillis + " ms, " + files);
        }
    }

    /** False: all is one file. */
    public boolean rotates() {
        return bytes > 0 || periodMillis > 0;
    }

    /** Whether files are written again. */
    boolean ring() {
        return files > 0 && periodMillis == 0;
    }

    /** Whether the output is complete after {@link #files}. */
    boolean ends() {
        return files > 0 && bytes == 0;
    }
}
