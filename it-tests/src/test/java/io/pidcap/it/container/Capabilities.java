package io.pidcap.it.container;

import com.github.dockerjava.api.model.Capability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Sets of Linux capabilities to give to a container. */
final class Capabilities {
    /**
     * By their numbers in linux/capability.h. Those behind, which older daemons refuse to name, are parts of SYS_ADMIN
     * (PERFMON, BPF, CHECKPOINT_RESTORE).
     */
    private static final List<Capability> NUMBERED = List.of(
            Capability.CHOWN,
            Capability.DAC_OVERRIDE,
            Capability.DAC_READ_SEARCH,
            Capability.FOWNER,
            Capability.FSETID,
            Capability.KILL,
            Capability.SETGID,
            Capability.SETUID,
            Capability.SETPCAP,
            Capability.LINUX_IMMUTABLE,
            Capability.NET_BIND_SERVICE,
            Capability.NET_BROADCAST,
            Capability.NET_ADMIN,
            Capability.NET_RAW,
            Capability.IPC_LOCK,
            Capability.IPC_OWNER,
            Capability.SYS_MODULE,
            Capability.SYS_RAWIO,
            Capability.SYS_CHROOT,
            Capability.SYS_PTRACE,
            Capability.SYS_PACCT,
            Capability.SYS_ADMIN,
            Capability.SYS_BOOT,
            Capability.SYS_NICE,
            Capability.SYS_RESOURCE,
            Capability.SYS_TIME,
            Capability.SYS_TTY_CONFIG,
            Capability.MKNOD,
            Capability.LEASE,
            Capability.AUDIT_WRITE,
            Capability.AUDIT_CONTROL,
            Capability.SETFCAP,
            Capability.MAC_OVERRIDE,
            Capability.MAC_ADMIN,
            Capability.SYSLOG,
            Capability.WAKE_ALARM,
            Capability.BLOCK_SUSPEND,
            Capability.AUDIT_READ);

    static final List<Capability> NET_RAW = List.of(Capability.NET_RAW);

    private Capabilities() {}

    /** All that this machine itself has to give: a daemon cannot give more. */
    static List<Capability> all() throws IOException {
        String mask = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("CapBnd:"))
                .map(line -> line.substring("CapBnd:".length()).strip())
                .findFirst()
                .orElseThrow();
        long bounding = Long.parseUnsignedLong(mask, 16);
        return IntStream.range(0, NUMBERED.size())
                .filter(number -> (bounding >> number & 1) != 0)
                .mapToObj(NUMBERED::get)
                .toList();
    }
}
