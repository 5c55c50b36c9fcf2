package io.pidcap.host.linux;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Finds the sockets among a process's descriptors ({@code /proc/PID/fd}), which all its threads share. Needs the right
 * to trace the process: root, CAP_SYS_PTRACE, or the same user.
 */
final class DescriptorReader {
    private final ProcRoot proc;
    private final boolean countsTold;

    DescriptorReader(ProcRoot proc) {
        this.proc = proc;
        countsTold = tellsCounts(proc);
    }

    /**
     * Since Linux 6.2 the size of the directory is the number of descriptors; before, 0; in a recorded copy something
     * else. Tried on ourselves, more than once because other threads open and close meanwhile.
     */
    private static boolean tellsCounts(ProcRoot proc) {
        try {
            for (int attempt = 0; attempt < 5; attempt++) {
                long told = proc.attributes("self/fd").size();
                // Listing takes a descriptor of its own.
                if (told > 0 && proc.names("self/fd").length == told + 1) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    /** What {@code stat} says of the directory; null: the process is gone, or hidden. */
    @Nullable
    BasicFileAttributes directory(int pid) {
        try {
            return proc.attributes(pid + "/fd");
        } catch (IOException e) {
            return null;
        }
    }

    /** The number of descriptors, or -1 where this kernel does not tell it. */
    long count(BasicFileAttributes directory) {
        return countsTold ? directory.size() : -1;
    }

    /** Reads all descriptors, and the network namespace, of {@code process} anew. */
    void scan(TrackedProcess process, long look) throws IOException {
        process.scannedInLook = look;
        String base = process.identity.pid() + "/";
        try {
            process.netnsId = Math.max(0, proc.linkNumber(base + "ns/net", "net"));
            process.socketInodes = socketInodes(base + "fd/", proc.names(base + "fd"));
            process.readable = true;
        } catch (AccessDeniedException e) {
            process.socketInodes = new long[0];
            process.readable = false;
        } catch (IOException e) {
            if (proc.exists(base + "fd") && !isGone(e)) {
                throw e;
            }
            process.socketInodes = new long[0];
        }
    }

    private long[] socketInodes(String base, String[] descriptors) throws IOException {
        long[] inodes = new long[descriptors.length];
        int count = 0;
        for (String descriptor : descriptors) {
            long inode = socketInode(base + descriptor);
            if (inode > 0) {
                inodes[count++] = inode;
            }
        }
        return Arrays.copyOf(inodes, count);
    }

    private long socketInode(String descriptor) throws IOException {
        try {
            return proc.linkNumber(descriptor, "socket");
        } catch (NoSuchFileException e) {
            return -1; // closed since the directory was listed
        }
    }

    /** ENOENT, or ESRCH, for which the JDK has no type: both say that the process ended while it was read. */
    static boolean isGone(IOException e) {
        String message = String.valueOf(e.getMessage());
        return e instanceof NoSuchFileException || message.contains("No such process");
    }
}
