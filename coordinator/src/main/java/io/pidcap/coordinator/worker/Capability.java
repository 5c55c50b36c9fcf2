package io.pidcap.coordinator.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** Those of Linux's capabilities that matter here, see capabilities(7), by their numbers in linux/capability.h. */
enum Capability {
    CHOWN(0),
    DAC_OVERRIDE(1),
    DAC_READ_SEARCH(2),
    KILL(5),
    SETGID(6),
    SETUID(7),
    SETPCAP(8),
    NET_ADMIN(12),
    NET_RAW(13),
    SYS_PTRACE(19),
    SYS_ADMIN(21),
    PERFMON(38),
    BPF(39);

    private final int number;

    Capability(int number) {
        this.number = number;
    }

    /** As setpriv(1) takes it, also where it was built before the capability had a name. */
    String option() {
        return "cap_" + number;
    }

    /**
     * Those in one line of a process's status, see proc(5).
     *
     * @param status the text of {@code /proc/PID/status}
     * @param line such as {@code CapEff}
     * @return none where there is no such line
     */
    static Set<Capability> in(String status, String line) {
        String start = line + ":";
        long bits = status.lines()
                .filter(each -> each.startsWith(start))
                .mapToLong(each ->
                        Long.parseUnsignedLong(each.substring(start.length()).strip(), 16))
                .findFirst()
                .orElse(0);
        EnumSet<Capability> found = EnumSet.noneOf(Capability.class);
        for (Capability each : values()) {
            if ((bits >>> each.number & 1) != 0) {
                found.add(each);
            }
        }
        return Collections.unmodifiableSet(found);
    }

    /** The status of this process; empty where the system has none. */
    static String ownStatus() {
        try {
            return Files.readString(Path.of("/proc/self/status"));
        } catch (IOException e) {
            return "";
        }
    }
}
