package io.pidcap.host.windows.npcap;

import java.nio.file.Path;

/** Paths as functions of Windows take them. */
final class Win32Path {
    /** From here on a path needs the prefix that turns off the old limit (MAX_PATH, and room for a name of 8.3). */
    private static final int MOST_PLAIN_CHARS = 247;

    private static final String VERBATIM = "\\\\?\\";

    private Win32Path() {}

    /** @param path absolute, without dots, or a device: with the prefix Windows takes a path as it stands */
    static String of(Path path) {
        return of(path.toString());
    }

    static String of(String path) {
        boolean unc = path.startsWith("\\\\");
        boolean drive = path.length() > 2 && path.startsWith(":\\", 1);
        if (path.length() <= MOST_PLAIN_CHARS || path.startsWith(VERBATIM) || (!unc && !drive)) {
            return path;
        }
        return unc ? VERBATIM + "UNC" + path.substring(1) : VERBATIM + path;
    }
}
