package io.pidcap.host.linux;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads below a mount of the process file system, or a recorded copy of one. Knows no format but numbers in names.
 *
 * <p>One thread at a time: the buffer of {@link #read} is used again.
 */
final class ProcRoot {
    static final Path MOUNT = Path.of("/proc");

    /** The kernel hands out a page at a time, and up to this much the JDK reads without memory of its own. */
    private static final int READ_BYTES = 8192;

    /**
     * The kernel fills a page with whole rows, none longer than 512 bytes, unless the file ends: less than this is the
     * end. Asking once more to be told so costs a second walk over all hash buckets where the file is a socket table.
     */
    private static final int NEARLY_A_PAGE_BYTES = 4096 - 512;

    private final Path root;
    private final String prefix;
    private byte[] buffer = new byte[4 * READ_BYTES];

    ProcRoot(Path root) {
        this.root = root;
        prefix = root + "/";
    }

    /** The same tree, to be read by another thread. */
    ProcRoot another() {
        return new ProcRoot(root);
    }

    /** The absolute name of {@code relative}, for messages. */
    String name(String relative) {
        return prefix + relative;
    }

    boolean exists(String relative) {
        return Files.exists(root.resolve(relative));
    }

    /** Every process that is visible, ascending. */
    int[] pids() throws IOException {
        int[] pids = new int[256];
        int count = 0;
        for (String name : names("")) {
            int pid = pidOf(name);
            if (pid > 0) {
                pids = count == pids.length ? Arrays.copyOf(pids, 2 * count) : pids;
                pids[count++] = pid;
            }
        }
        int[] sorted = Arrays.copyOf(pids, count);
        Arrays.sort(sorted); // as the kernel does anyway
        return sorted;
    }

    /** The pid that a directory's name is; -1 for the other names. */
    private static int pidOf(String name) {
        if (name.length() > 9) {
            return -1;
        }
        int pid = 0;
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            pid = pid * 10 + (c - '0');
        }
        return pid;
    }

    /**
     * The names in a directory.
     *
     * @throws AccessDeniedException no permission
     * @throws IOException it is not there, or not any more
     */
    String[] names(String relative) throws IOException {
        String[] names = new File(prefix + relative).list();
        if (names != null) {
            return names;
        }
        // The same again by an interface that says why not.
        List<String> again = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve(relative))) {
            entries.forEach(entry -> again.add(String.valueOf(entry.getFileName())));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return again.toArray(String[]::new);
    }

    /**
     * Reads a file to its end, into {@link #buffer}, up to {@code mostBytes}.
     *
     * @return how many bytes
     */
    int read(String relative, int mostBytes) throws IOException {
        int length = 0;
        try (FileInputStream in = new FileInputStream(prefix + relative)) {
            while (length < mostBytes) {
                if (buffer.length - length < READ_BYTES) {
                    buffer = Arrays.copyOf(buffer, 2 * buffer.length);
                }
                int count = in.read(buffer, length, Math.min(READ_BYTES, mostBytes - length));
                length += Math.max(0, count);
                if (count < NEARLY_A_PAGE_BYTES) {
                    break;
                }
            }
        }
        return length;
    }

    /** Takes one piece of a file after the other. */
    interface PieceReader {
        /** @param length so much of {@code bytes} counts, and only until this returns */
        void take(byte[] bytes, int length);
    }

    /** Reads a file to its end in pieces of whole lines, so that no large one is ever in memory. */
    void readPieces(String relative, PieceReader reader) throws IOException {
        try (FileInputStream in = new FileInputStream(prefix + relative)) {
            int kept = 0;
            boolean last = false;
            while (!last) {
                if (buffer.length - kept < READ_BYTES) {
                    buffer = Arrays.copyOf(buffer, 2 * buffer.length);
                }
                int count = in.read(buffer, kept, READ_BYTES);
                int length = kept + Math.max(0, count);
                last = count < NEARLY_A_PAGE_BYTES;
                int whole = last ? length : endOfLastLine(length);
                if (whole > 0) {
                    reader.take(buffer, whole);
                }
                kept = length - whole;
                System.arraycopy(buffer, whole, buffer, 0, kept);
            }
        }
    }

    private int endOfLastLine(int length) {
        int end = length;
        while (end > 0 && buffer[end - 1] != '\n') {
            end--;
        }
        return end;
    }

    /** What the last {@link #read} has read; valid until the next. */
    byte[] buffer() {
        return buffer;
    }

    /** A symbolic link's content. */
    String link(String relative) throws IOException {
        return text(Files.readSymbolicLink(Path.of(prefix + relative)));
    }

    /**
     * A path's bytes as UTF-8. {@link Path#toString} decodes by the locale, under which (LANG=C) every other name would
     * turn into question marks.
     */
    private static String text(Path path) {
        String text = path.toString();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0x7e) {
                return decoded(path.toUri().getRawPath());
            }
        }
        return text;
    }

    private static String decoded(String rawPath) {
        byte[] bytes = new byte[rawPath.length()];
        int count = 0;
        for (int i = 0; i < rawPath.length(); i++) {
            char c = rawPath.charAt(i);
            if (c == '%') {
                bytes[count++] = (byte) Integer.parseInt(rawPath, i + 1, i + 3, 16);
                i += 2;
            } else {
                bytes[count++] = (byte) c;
            }
        }
        return new String(bytes, 0, count, StandardCharsets.UTF_8);
    }

    private static long numberIn(String link, String kind) {
        int from = kind.length() + 2;
        int end = link.length() - 1;
        if (end <= from || !link.startsWith(kind) || !link.startsWith(":[", kind.length()) || link.charAt(end) != ']') {
            return -1;
        }
        long number = 0;
        for (int i = from; i < end; i++) {
            char c = link.charAt(i);
            if (c < '0' || c > '9' || number > Long.MAX_VALUE / 100) {
                return -1;
            }
            number = number * 10 + (c - '0');
        }
        return number;
    }

    /**
     * The number in a link to something without a name, such as {@code socket:[4711]}.
     *
     * @return -1: a link of another kind
     */
    long linkNumber(String relative, String kind) throws IOException {
        return numberIn(Files.readSymbolicLink(Path.of(prefix + relative)).toString(), kind);
    }

    BasicFileAttributes attributes(String relative) throws IOException {
        return Files.readAttributes(Path.of(prefix + relative), BasicFileAttributes.class);
    }

    /** {@link #link}, or null where it cannot be read for whatever reason. */
    @Nullable
    String linkOrNull(String relative) {
        try {
            return link(relative);
        } catch (IOException e) {
            return null;
        }
    }
}
