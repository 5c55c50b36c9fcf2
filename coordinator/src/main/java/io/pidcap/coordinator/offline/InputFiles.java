package io.pidcap.coordinator.offline;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;

/** Opens what a user named, and says so where it cannot be. */
public final class InputFiles {
    private InputFiles() {}

    /** How a file of one kind is opened. */
    public interface Opener<T> {
        T open(Path file) throws IOException;
    }

    /** @throws SessionException it cannot be opened */
    public static <T> T open(Path file, Opener<T> opener) {
        try {
            return opener.open(file);
        } catch (AccessDeniedException e) {
            throw new SessionException(
                    Kind.NO_PERMISSION, "read " + file + ": " + SessionException.words(e), "run as its owner", e);
        } catch (IOException e) {
            String words = SessionException.words(e);
            String what = words.startsWith(file.toString()) ? words : "read " + file + ": " + words;
            throw new SessionException(Kind.FAILURE, what, "", e);
        }
    }
}
