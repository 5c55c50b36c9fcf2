package io.pidcap.host.linux;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether the TCP tables of a network namespace can differ from when they were read last. To read them the kernel
 * walks all its hash buckets, milliseconds for each of the two tables even if they are empty; the counters that are
 * compared here cost some twenty microseconds.
 *
 * <p>A new row means a connect (ActiveOpens), a new child of a listener (PassiveOpens) or a listener (inuse); a row that
 * goes away means a socket fewer in use, or one more orphan or TIME_WAIT. A child that is not accepted yet gets its inode
 * without a counter that moves, so that a table with such a row must be read again. What can escape is a listener that
 * takes the place of another one between two looks; so the tables are read once in a round anyway.
 */
final class TcpActivity {
    private static final int MOST_BYTES = 1 << 16;

    private final ProcRoot proc;
    private @Nullable String before;

    TcpActivity(ProcRoot proc) {
        this.proc = proc;
    }

    /**
     * To be called before the tables are read, at every look.
     *
     * @param directory such as {@code self/net/}
     */
    boolean mayHaveChanged(String directory) {
        String now = counters(directory);
        boolean same = now != null && now.equals(before);
        before = now;
        return !same;
    }

    /** To be called when the tables could not be read to their end: they are read again, whatever the counters say. */
    void forget() {
        before = null;
    }

    /** Null where they cannot be read, or not be understood. */
    private @Nullable String counters(String directory) {
        try {
            String opens = opens(text(directory + "snmp"));
            String inUse = line(text(directory + "sockstat"), "TCP: ");
            String inUse6 = proc.exists(directory + "sockstat6") ? line(text(directory + "sockstat6"), "TCP6: ") : "";
            // Memory changes with every byte that is sent.
            int end = inUse == null ? -1 : inUse.indexOf(" mem ");
            return opens == null || inUse == null || inUse6 == null || end < 0
                    ? null
                    : opens + "; " + inUse.substring(0, end) + "; " + inUse6;
        } catch (IOException e) {
            return null;
        }
    }

    private String text(String file) throws IOException {
        int length = proc.read(file, MOST_BYTES);
        return new String(proc.buffer(), 0, length, StandardCharsets.ISO_8859_1);
    }

    /** ActiveOpens and PassiveOpens: one line has the names, the next the numbers. */
    private static @Nullable String opens(String snmp) {
        int names = snmp.indexOf("Tcp: ");
        int numbers = names < 0 ? -1 : snmp.indexOf("\nTcp: ", names);
        int end = numbers < 0 ? -1 : snmp.indexOf('\n', numbers + 1);
        if (end < 0) {
            return null;
        }
        String[] name = snmp.substring(names, numbers).split(" ");
        String[] number = snmp.substring(numbers + 1, end).split(" ");
        StringBuilder opens = new StringBuilder();
        for (int i = 0; i < Math.min(name.length, number.length); i++) {
            if (name[i].equals("ActiveOpens") || name[i].equals("PassiveOpens")) {
                opens.append(number[i]).append(' ');
            }
        }
        return opens.isEmpty() ? null : opens.toString();
    }

    private static @Nullable String line(String text, String prefix) {
        int from = text.startsWith(prefix) ? 0 : text.indexOf("\n" + prefix) + 1;
        int end = text.indexOf('\n', from);
        return text.startsWith(prefix, from) && end > 0 ? text.substring(from, end) : null;
    }
}
