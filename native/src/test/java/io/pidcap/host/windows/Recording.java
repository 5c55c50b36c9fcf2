package io.pidcap.host.windows;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What {@code pidcap record} wrote, on a real Windows or on the stand-ins, read without what writes it, and told to the
 * stand-ins again. An entry that is cut off at the end is left out.
 */
public final class Recording {
    private static final int SOCKET = 2;
    private static final int FLOW = 3;
    private static final int TABLE = 4;
    private static final int PROCESSES = 5;
    private static final int NOTE = 6;

    private final List<Entry> entries = new ArrayList<>();

    private static final class Entry {
        final int kind;
        final byte[] bytes;

        Entry(int kind, byte[] bytes) {
            this.kind = kind;
            this.bytes = bytes;
        }
    }

    public static Recording read(Path file) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[8];
        buffer.get(magic);
        if (!new String(magic, StandardCharsets.US_ASCII).equals("PIDCAPW1")) {
            throw new IOException(file + " is no recording");
        }
        Recording recording = new Recording();
        while (buffer.remaining() >= 13) {
            int kind = buffer.get();
            buffer.getLong(); // when it was taken
            int length = buffer.getInt();
            if (length < 0 || length > buffer.remaining()) {
                break;
            }
            byte[] bytes = new byte[length];
            buffer.get(bytes);
            recording.entries.add(new Entry(kind, bytes));
        }
        return recording;
    }

    private List<byte[]> all(int kind) {
        return entries.stream()
                .filter(entry -> entry.kind == kind)
                .map(entry -> entry.bytes)
                .toList();
    }

    public List<byte[]> socketRecords() {
        return all(SOCKET);
    }

    public List<byte[]> flowRecords() {
        return all(FLOW);
    }

    public List<String> notes() {
        return all(NOTE).stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .toList();
    }

    /** Makes the stand-ins' world what it was at first: processes and tables. */
    public void begin(StandIns standIns) {
        List<Entry> first = entries.stream()
                .filter(entry -> entry.kind == TABLE || entry.kind == PROCESSES)
                .toList();
        List<String> seen = new ArrayList<>();
        for (Entry entry : first) {
            String name = entry.kind == PROCESSES ? "" : name(entry.bytes);
            if (!seen.contains(name)) {
                seen.add(name);
                if (entry.kind == PROCESSES) {
                    processes(standIns, new String(entry.bytes, StandardCharsets.UTF_8));
                } else {
                    byte[] table = Arrays.copyOfRange(entry.bytes, name.length() + 1, entry.bytes.length);
                    standIns.table(standInName(name), table);
                }
            }
        }
    }

    private static String name(byte[] table) {
        int end = 0;
        while (table[end] != 0) {
            end++;
        }
        return new String(table, 0, end, StandardCharsets.US_ASCII);
    }

    /** {@code tcp4.module} for {@code MIB_TCPTABLE_OWNER_MODULE}. */
    private static String standInName(String structure) {
        String protocol = structure.startsWith("MIB_TCP") ? "tcp" : "udp";
        return protocol
                + (structure.contains("6TABLE") ? "6" : "4")
                + (structure.endsWith("MODULE") ? ".module" : ".pid");
    }

    private static void processes(StandIns standIns, String lines) {
        for (String line : lines.lines().toList()) {
            String[] words = line.split("\t", -1);
            int pid = Integer.parseInt(words[0]);
            if (words[4].isEmpty()) {
                standIns.protectedProcess(pid, words[3]);
            } else {
                standIns.process(pid, Integer.parseInt(words[1]), Long.parseLong(words[2]), words[3], words[4]);
            }
        }
    }

    /**
     * Tells the events, each as long after the others as it was then.
     *
     * @param ticks of the stand-ins' counter, when the last of them happened
     */
    public void tellEvents(StandIns standIns, long ticks) {
        long last = Long.MIN_VALUE;
        for (Entry entry : entries) {
            if (entry.kind == SOCKET || entry.kind == FLOW) {
                last = Math.max(last, stamp(entry.bytes).getLong(0));
            }
        }
        for (Entry entry : entries) {
            if (entry.kind == SOCKET || entry.kind == FLOW) {
                byte[] bytes = entry.bytes.clone();
                stamp(bytes).putLong(0, stamp(bytes).getLong(0) - last + ticks);
                standIns.event(entry.kind == FLOW ? "flow.events" : "socket.events", bytes);
            }
        }
    }

    private static ByteBuffer stamp(byte[] record) {
        return ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
    }
}
