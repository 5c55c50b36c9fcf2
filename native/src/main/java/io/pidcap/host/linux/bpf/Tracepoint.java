package io.pidcap.host.linux.bpf;

import com.sun.jna.Memory;
import com.sun.jna.NativeLong;
import io.pidcap.host.HostException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A tracepoint as tracefs describes it, to which a program can be attached through perf_event_open(2). libbpf does the
 * same, but only where tracefs is mounted.
 *
 * @param id the kernel's number of it
 * @param offsets of its fields, by name
 */
record Tracepoint(String name, int id, Map<String, Integer> offsets) {
    private static final List<Path> MOUNTS =
            List.of(Path.of("/sys/kernel/tracing"), Path.of("/sys/kernel/debug/tracing"));
    private static final Pattern FIELD =
            Pattern.compile("\\s*field:.*?([A-Za-z0-9_]+)(\\[\\d*])?;\\s*offset:(\\d+);.*");

    /* include/uapi/linux/perf_event.h */
    private static final int PERF_TYPE_TRACEPOINT = 2;
    private static final int PERF_ATTR_SIZE_VER0 = 64;
    private static final int CONFIG_OFFSET = 8;
    private static final int SAMPLE_PERIOD_OFFSET = 16;
    private static final long PERF_FLAG_FD_CLOEXEC = 8;

    /**
     * Reads descriptions, from a private mount if tracefs is mounted nowhere.
     *
     * @param names such as {@code sched/sched_process_exec}
     * @throws HostException where one cannot be read
     */
    static List<Tracepoint> find(List<String> names) {
        for (Path mount : MOUNTS) {
            if (Files.isReadable(mount.resolve("events").resolve(names.get(0)).resolve("id"))) {
                return readAll(mount, names);
            }
        }
        int root = DetachedMount.open("tracefs");
        try {
            return readAll(Path.of("/proc/self/fd/" + root), names);
        } finally {
            NativeCalls.close(root);
        }
    }

    private static List<Tracepoint> readAll(Path tracefs, List<String> names) {
        return names.stream()
                .map(name -> read(tracefs.resolve("events").resolve(name), name))
                .toList();
    }

    private static Tracepoint read(Path directory, String name) {
        try {
            int id = Integer.parseInt(Files.readString(directory.resolve("id")).strip());
            List<String> format = Files.readAllLines(directory.resolve("format"), StandardCharsets.ISO_8859_1);
            return new Tracepoint(name, id, parseOffsets(format));
        } catch (IOException | NumberFormatException e) {
            throw new HostException(
                    HostException.Code.NOT_SUPPORTED,
                    "read the description of the tracepoint " + name + ": " + e.getMessage(),
                    "",
                    e);
        }
    }

    /** Lines such as {@code field:pid_t pid;	offset:12;	size:4;	signed:1;}. */
    static Map<String, Integer> parseOffsets(List<String> format) {
        Map<String, Integer> offsets = new HashMap<>();
        for (String line : format) {
            Matcher field = FIELD.matcher(line);
            if (field.matches()) {
                offsets.put(field.group(1), Integer.parseInt(field.group(3)));
            }
        }
        return offsets;
    }

    /** @throws HostException where a field is not at the offset for which the program was compiled */
    void require(String field, int offset) {
        if (offsets.getOrDefault(field, -1) != offset) {
            throw new HostException(
                    HostException.Code.NOT_SUPPORTED,
                    "attach to the tracepoint " + name + ": this kernel has its field " + field + " at "
                            + offsets.get(field) + ", not at " + offset,
                    "");
        }
    }

    /** Attaches for all processors: which one the event is opened for does not matter to a program. */
    void attach(BpfObject object, String program) {
        int descriptor = openEvent();
        try {
            object.attachToPerfEvent(program, descriptor);
        } catch (HostException e) {
            NativeCalls.close(descriptor);
            throw e;
        }
    }

    private int openEvent() {
        try (Memory attributes = new Memory(PERF_ATTR_SIZE_VER0)) {
            attributes.clear();
            attributes.setInt(0, PERF_TYPE_TRACEPOINT);
            attributes.setInt(4, PERF_ATTR_SIZE_VER0);
            attributes.setLong(CONFIG_OFFSET, id);
            attributes.setLong(SAMPLE_PERIOD_OFFSET, 1);
            NativeLong result = LibcLibrary.INSTANCE.syscall(
                    new NativeLong(perfEventOpenNumber()),
                    attributes,
                    new NativeLong(-1),
                    new NativeLong(0),
                    new NativeLong(-1),
                    new NativeLong(PERF_FLAG_FD_CLOEXEC));
            return (int) NativeCalls.checked(result, "open the tracepoint " + name);
        }
    }

    /** Older than the numbers that all architectures share. */
    private static long perfEventOpenNumber() {
        return System.getProperty("os.arch", "").equals("amd64") ? 298 : 241;
    }
}
