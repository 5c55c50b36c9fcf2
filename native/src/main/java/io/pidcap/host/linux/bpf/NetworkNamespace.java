package io.pidcap.host.linux.bpf;

import com.sun.jna.Native;
import io.pidcap.host.HostException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Looks into network namespaces. */
final class NetworkNamespace {
    private NetworkNamespace() {}

    /** The inode of a process's namespace; 0: it is gone, or must not be looked at. */
    static long inodeOf(int pid) {
        try {
            // net:[4026531833]
            String link =
                    Files.readSymbolicLink(Path.of("/proc/" + pid + "/ns/net")).toString();
            return Long.parseLong(link, 5, link.length() - 1, 10);
        } catch (IOException | IndexOutOfBoundsException | NumberFormatException e) {
            return 0;
        }
    }

    /** The cookie of the namespace that this thread is in; Linux 5.14. */
    static long currentCookie() {
        LibcLibrary libc = LibcLibrary.INSTANCE;
        int socket = NativeCalls.checked(
                libc.socket(LibcLibrary.AF_INET, LibcLibrary.SOCK_DGRAM | LibcLibrary.SOCK_CLOEXEC, 0),
                "make a socket");
        try {
            return option(socket, LibcLibrary.SO_NETNS_COOKIE, "read the network namespace's cookie");
        } finally {
            NativeCalls.close(socket);
        }
    }

    /** A socket option of 64 bits. */
    static long option(int socket, int option, String operation) {
        long[] value = new long[1];
        int[] length = {Long.BYTES};
        NativeCalls.checked(
                LibcLibrary.INSTANCE.getsockopt(socket, LibcLibrary.SOL_SOCKET, option, value, length), operation);
        return value[0];
    }

    /**
     * Runs {@code work} inside the namespace of a process, on a thread that ends with it: a thread's namespace is its
     * own, and no other may be left in the wrong one.
     */
    static <T> T inside(int pid, Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(() -> {
            enter(pid);
            return work.call();
        });
        Thread thread = new Thread(task, "network-namespace");
        thread.start();
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HostException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HostException(HostException.Code.IO, "look into a network namespace: interrupted", "", e);
        }
    }

    private static void enter(int pid) {
        String path = "/proc/" + pid + "/ns/net";
        int descriptor = LibcLibrary.INSTANCE.open(path, LibcLibrary.O_RDONLY | LibcLibrary.O_CLOEXEC);
        if (descriptor < 0) {
            throw NativeCalls.failure("open " + path, Native.getLastError());
        }
        try {
            NativeCalls.checked(
                    LibcLibrary.INSTANCE.setns(descriptor, LibcLibrary.CLONE_NEWNET),
                    "enter the network namespace of pid " + pid);
        } finally {
            NativeCalls.close(descriptor);
        }
    }
}
