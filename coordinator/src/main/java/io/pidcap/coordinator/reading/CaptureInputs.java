package io.pidcap.coordinator.reading;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.offline.InputFiles;
import io.pidcap.protocol.file.CaptureFileReader;
import io.pidcap.protocol.file.CaptureInput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens what the user named: a file, or {@value #STANDARD_INPUT} for standard input. */
public final class CaptureInputs {
    public static final String STANDARD_INPUT = "-";

    private CaptureInputs() {}

    /** @throws SessionException it cannot be read, or is no capture file */
    public static CaptureInput open(String name, InputStream standardInput) {
        if (name.equals(STANDARD_INPUT)) {
            Path shown = Path.of("standard input");
            return InputFiles.open(shown, path -> CaptureInput.open(standardInput, path.toString()));
        }
        return InputFiles.open(Path.of(name), path -> CaptureInput.open(Files.newInputStream(path), path.toString()));
    }

    /** @throws SessionException what is there instead of its first bytes */
    static CaptureFileReader packets(CaptureInput input) {
        try {
            return input.packets();
        } catch (IOException e) {
            throw new SessionException(Kind.FAILURE, SessionException.words(e), "", e);
        }
    }
}
