package io.pidcap.coordinator.failure;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Why a disk takes nothing more. Java has no exceptions for these errors: only the system's words tell. */
public enum DiskFault {
    /** ENOSPC. */
    FULL("no space left|not enough space on the disk", "free some space there"),
    /** EDQUOT. */
    QUOTA("disk quota exceeded", "free some space there, or raise the quota"),
    /** EFBIG. */
    FILE_SIZE("file too large", "raise the limit of the file size (ulimit -f)"),
    /** EROFS; a file system also becomes so by itself when its disk is broken. */
    READ_ONLY("read-only file system|media is write protected", "see what the kernel says of that disk (dmesg)");

    /** Of Linux, and where Windows speaks English of Windows. */
    private final String words;

    private final String hint;

    DiskFault(String words, String hint) {
        this.words = words;
        this.hint = hint;
    }

    public static Optional<DiskFault> of(IOException cause) {
        String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        for (DiskFault one : values()) {
            if (Arrays.stream(one.words.split("\\|")).anyMatch(message::contains)) {
                return Optional.of(one);
            }
        }
        return Optional.empty();
    }

    /** @param elsewhere what else helps */
    public String hintOr(String elsewhere) {
        return hint + ", or " + elsewhere;
    }
}
