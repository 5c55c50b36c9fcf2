package io.pidcap.host.windows.process;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import io.pidcap.host.windows.win32.FileTime;
import io.pidcap.host.windows.win32.Kernel32Library;
import io.pidcap.host.windows.win32.Win32;
import org.jspecify.annotations.Nullable;

/**
 * A handle to a process. As long as it is held the pid is nobody else's, also after the process has ended. Closed by its
 * owner, once.
 */
final class OpenedProcess {
    /** Of a path in UTF-16 units, its longest (fileapi.h: "approximately 32,767"). */
    private static final int MOST_PATH_CHARS = 32_768;

    private static final int USUAL_PATH_CHARS = 260;

    private final Kernel32Library kernel32;
    private final Pointer handle;

    private OpenedProcess(Kernel32Library kernel32, Pointer handle) {
        this.kernel32 = kernel32;
        this.handle = handle;
    }

    /** Null: there is none, or it may not be opened. */
    static @Nullable OpenedProcess open(Kernel32Library kernel32, int pid) {
        Pointer handle = kernel32.OpenProcess(Kernel32Library.PROCESS_QUERY_LIMITED_INFORMATION, 0, pid);
        return handle == null || Win32.isNoHandle(handle) ? null : new OpenedProcess(kernel32, handle);
    }

    /** When it was made; 0: Windows does not say. */
    long startEpochNanos() {
        LongByReference creation = new LongByReference();
        LongByReference other = new LongByReference();
        int answered = kernel32.GetProcessTimes(handle, creation, other, new LongByReference(), new LongByReference());
        return answered == 0 ? 0 : FileTime.toEpochNanos(creation.getValue());
    }

    /** The executable's path, as Windows writes it; null: Windows does not say. */
    @Nullable
    String executable() {
        String path = executable(USUAL_PATH_CHARS);
        // Whatever the failure says: a buffer for every path either helps or does not.
        return path == null ? executable(MOST_PATH_CHARS) : path;
    }

    private @Nullable String executable(int mostChars) {
        try (Memory path = new Memory(2L * mostChars)) {
            IntByReference chars = new IntByReference(mostChars);
            int answered = kernel32.QueryFullProcessImageNameW(handle, 0, path, chars);
            return answered == 0 || chars.getValue() <= 0 ? null : Win32.text(path, chars.getValue());
        }
    }

    void close() {
        kernel32.CloseHandle(handle);
    }
}
