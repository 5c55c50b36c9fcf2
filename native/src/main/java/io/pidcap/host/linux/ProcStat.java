package io.pidcap.host.linux;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What pidcap needs of {@code /proc/PID/stat} (proc_pid_stat(5)).
 *
 * @param comm the main thread's name; may hold any character but NUL, spaces and parentheses too
 * @param startTicks since boot, in units of 1/100 s (USER_HZ, the same on every architecture pidcap runs on)
 */
record ProcStat(int pid, String comm, char state, int parentPid, boolean kernelThread, int threads, long startTicks) {
    private static final long NANOS_PER_TICK = 10_000_000;
    /** include/linux/sched.h. */
    private static final long PF_KTHREAD = 0x0020_0000;

    /* Fields by their number in the manual page, less that of the first behind the name. */
    private static final int STATE = 0;
    private static final int PARENT = 1;
    private static final int FLAGS = 6;
    private static final int THREADS = 17;
    private static final int START_TIME = 19;

    long startNanos() {
        return startTicks * NANOS_PER_TICK;
    }

    /** Null where {@code bytes} are not whole. */
    static @Nullable ProcStat parse(byte[] bytes, int length) {
        int open = 0;
        while (open < length && bytes[open] != '(') {
            open++;
        }
        int close = length - 1;
        while (close > open && bytes[close] != ')') {
            close--;
        }
        if (close <= open || close + 2 > length) {
            return null;
        }
        String comm = new String(bytes, open + 1, close - open - 1, StandardCharsets.UTF_8);
        String[] fields = new String(bytes, close + 2, length - close - 2, StandardCharsets.ISO_8859_1)
                .split(" ", START_TIME + 2);
        // One more than needed: only what follows the start time shows that it is not cut short.
        if (fields.length < START_TIME + 2 || fields[STATE].length() != 1) {
            return null;
        }
        try {
            return new ProcStat(
                    Integer.parseInt(new String(bytes, 0, open, StandardCharsets.ISO_8859_1).trim()),
                    comm,
                    fields[STATE].charAt(0),
                    Integer.parseInt(fields[PARENT]),
                    (Long.parseLong(fields[FLAGS]) & PF_KTHREAD) != 0,
                    Integer.parseInt(fields[THREADS]),
                    Long.parseLong(fields[START_TIME]));
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
