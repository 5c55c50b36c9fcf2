package io.pidcap.host.linux;

import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import org.jspecify.annotations.Nullable;

/** One process between looks: what was read of it, and what tells cheaply whether it must be read again. */
final class TrackedProcess {
    final ProcessIdentity identity;
    final boolean kernelThread;
    final long firstLook;

    ProcessInfo info;

    /** The inode of {@code /proc/PID/fd}: another one belongs to another process, or to the same one after all. */
    @Nullable
    Object directoryKey;

    /** How many descriptors it had when they were read last; -1: never read, or a kernel that does not tell. */
    long descriptorCount = -1;

    /** Inodes of the sockets among its descriptors, of every family. */
    long[] socketInodes = {};

    /** The network namespace of its main thread; 0: not known. */
    long netnsId;

    /** False: its descriptors may not be read. */
    boolean readable = true;

    /** Number of the look in which its descriptors were read last. */
    long scannedInLook;

    /** Number of the last look that saw it. */
    long seenInLook;

    TrackedProcess(ProcessInfo info, boolean kernelThread, long firstLook) {
        this.info = info;
        this.kernelThread = kernelThread;
        this.firstLook = firstLook;
        identity = info.identity();
    }
}
