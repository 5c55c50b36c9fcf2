package io.pidcap.host.linux.bpf;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.platform.unix.LibCAPI.size_t;
import io.pidcap.host.HostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loaded library and what it says. libbpf has one print function per process; its words are kept here until an
 * error asks for them, and go to the log at debug level.
 */
final class LibBpf {
    private static final Logger log = LoggerFactory.getLogger(LibBpf.class);
    private static final List<String> FILE_NAMES = List.of("libbpf.so.1", "libbpf.so.0");
    /** The verifier prints all it tried; why it said no stands at the end. */
    private static final int KEPT_LINES = 60;

    private static final int MOST_MESSAGE_BYTES = 1 << 20;

    private static @Nullable LibBpf loaded;

    private final LibBpfLibrary library;
    private final String fileName;
    /** Of each thread: libbpf prints on the one that calls it. */
    private final ThreadLocal<Deque<String>> lastLines = ThreadLocal.withInitial(ArrayDeque::new);
    /** Held here because native code holds it too, out of the collector's sight. */
    private final LibBpfLibrary.PrintFunction printFunction = this::print;

    private LibBpf(LibBpfLibrary library, String fileName) {
        this.library = library;
        this.fileName = fileName;
    }

    /** @throws HostException with {@code LIBRARY_MISSING} */
    static synchronized LibBpf get() {
        if (loaded == null) {
            loaded = load();
            loaded.library.libbpf_set_print(loaded.printFunction);
        }
        return loaded;
    }

    private static LibBpf load() {
        List<String> problems = new ArrayList<>();
        for (String name : FILE_NAMES) {
            try {
                return new LibBpf(Native.load(name, LibBpfLibrary.class), name);
            } catch (UnsatisfiedLinkError e) {
                problems.add(String.valueOf(e.getMessage()).lines().findFirst().orElse(name));
            }
        }
        throw new HostException(
                HostException.Code.LIBRARY_MISSING,
                "load libbpf: " + String.join("; ", problems),
                "install the package libbpf1 (Debian 11: libbpf0; Fedora: libbpf)");
    }

    LibBpfLibrary library() {
        return library;
    }

    String fileName() {
        return fileName;
    }

    /** The pointer that a libbpf function returned, or an exception with errno's words. */
    Pointer checked(@Nullable Pointer pointer, String operation) {
        int errno = pointer == null ? Native.getLastError() : 0;
        long error = library.libbpf_get_error(pointer);
        if (pointer == null || error != 0) {
            throw failure(operation, error == 0 ? errno : (int) -error);
        }
        return pointer;
    }

    /** A result that is negative on failure: -errno, or -1 with errno set. */
    int checked(int result, String operation) {
        if (result < 0) {
            int errno = Native.getLastError();
            throw failure(operation, result == -1 && errno != 0 ? errno : -result);
        }
        return result;
    }

    private HostException failure(String operation, int errno) {
        String reason = reasonOf(takeLines());
        return NativeCalls.failure(reason.isEmpty() ? operation : operation + " (" + reason + ")", errno);
    }

    /** The line that tells most: what the verifier complained of, else the last that says more than that it failed. */
    static String reasonOf(List<String> lines) {
        for (int i = lines.size() - 1; i > 0; i--) {
            if (lines.get(i).startsWith("processed ") && lines.get(i).contains(" insns")) {
                return lines.get(i - 1).strip();
            }
        }
        for (int i = lines.size() - 1; i >= 0; i--) {
            if (!lines.get(i).startsWith("libbpf: failed to load object")
                    && !lines.get(i).contains("probe_loading")) {
                return lines.get(i).strip();
            }
        }
        return "";
    }

    private int print(int level, Pointer format, Pointer arguments) {
        if (level > LibBpfLibrary.LIBBPF_WARN) {
            return 0;
        }
        try (Memory text = new Memory(MOST_MESSAGE_BYTES)) {
            int length = LibcLibrary.INSTANCE.vsnprintf(text, new size_t(MOST_MESSAGE_BYTES), format, arguments);
            int kept = Math.max(0, Math.min(length, MOST_MESSAGE_BYTES - 1));
            keep(new String(text.getByteArray(0, kept), StandardCharsets.UTF_8));
        }
        return 0;
    }

    private void keep(String message) {
        log.debug("{}", message);
        Deque<String> kept = lastLines.get();
        message.lines().filter(line -> !line.isBlank()).forEach(line -> {
            kept.addLast(line);
            if (kept.size() > KEPT_LINES) {
                kept.removeFirst();
            }
        });
    }

    private List<String> takeLines() {
        List<String> lines = List.copyOf(lastLines.get());
        lastLines.remove();
        return lines;
    }
}
