package io.pidcap.protocol.file;

import java.io.IOException;

/** A file is not what its format says; the message names the file, the offset in bytes, and what is wrong there. */
public final class CaptureFileException extends IOException {
    private static final long serialVersionUID = 1;
    private final long offset;

    public CaptureFileException(String file, long offset, String what) {
        super(file + ", offset " + offset + ": " + what);
        this.offset = offset;
    }

    /** Where the record or block begins that is wrong. */
    public long offset() {
        return offset;
    }
}
