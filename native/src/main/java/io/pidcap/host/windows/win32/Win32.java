package io.pidcap.host.windows.win32;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** kernel32, loaded at the first call, and what Windows says when it says no. Any thread. */
public final class Win32 {
    private static final int MOST_MESSAGE_CHARS = 512;

    private static @Nullable Kernel32Library loaded;

    private Win32() {}

    /** @throws HostException {@code LIBRARY_MISSING}; a later call tries again */
    public static synchronized Kernel32Library kernel32() {
        Kernel32Library library = loaded;
        if (library == null) {
            try {
                library = Native.load("kernel32", Kernel32Library.class);
            } catch (UnsatisfiedLinkError e) {
                throw new HostException(
                        Code.LIBRARY_MISSING, "load kernel32.dll: " + firstLine(e), "this is part of Windows", e);
            }
            loaded = library;
        }
        return library;
    }

    /** Whether a function returned no handle. */
    public static boolean isNoHandle(@Nullable Pointer handle) {
        return handle == null || Pointer.nativeValue(handle) == Kernel32Library.INVALID_HANDLE_VALUE;
    }

    /** @param error what the function returned, or {@code Native.getLastError()} right behind it */
    public static HostException failure(String operation, int error, String hint) {
        boolean denied = error == Kernel32Library.ERROR_ACCESS_DENIED;
        return new HostException(denied ? Code.NO_PRIVILEGE : Code.IO, operation + ": " + words(error), hint);
    }

    /** The system's words and the number. */
    public static String words(int error) {
        String text = wordsAlone(error);
        return (text.isEmpty() ? "error" : text) + " (" + Integer.toUnsignedString(error) + ")";
    }

    /** The system's words, in the user's language; empty: it has none. */
    public static String wordsAlone(int error) {
        try (Memory buffer = new Memory(2L * MOST_MESSAGE_CHARS)) {
            int flags = Kernel32Library.FORMAT_MESSAGE_FROM_SYSTEM
                    | Kernel32Library.FORMAT_MESSAGE_IGNORE_INSERTS
                    | Kernel32Library.FORMAT_MESSAGE_MAX_WIDTH_MASK;
            int chars = kernel32().FormatMessageW(flags, null, error, 0, buffer, MOST_MESSAGE_CHARS, null);
            return text(buffer, chars).strip();
        }
    }

    /** Text of so many UTF-16 units, but no more than the memory holds. */
    public static String text(Memory memory, int chars) {
        int bytes = (int) Math.min(memory.size(), 2L * Math.max(0, chars));
        return new String(memory.getByteArray(0, bytes), StandardCharsets.UTF_16LE);
    }

    /** UTF-16 with the zero at its end. */
    public static Memory wide(String text) {
        byte[] bytes = (text + '\0').getBytes(StandardCharsets.UTF_16LE);
        Memory memory = new Memory(bytes.length);
        memory.write(0, bytes, 0, bytes.length);
        return memory;
    }

    /** JNA's explanations go on with every place where it has looked. */
    public static String firstLine(Throwable e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
