package io.pidcap.coordinator.reading;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.output.OutputFile;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/**
 * A file to be written.
 *
 * @param file absolute
 * @param force replaces it if it is there
 * @param ownerUserId to whom it is given, with {@code ownerGroupId}; -1: to nobody else
 */
public record OutputRequest(Path file, boolean force, int ownerUserId, int ownerGroupId) {
    /** Writes all of it. */
    interface Work<T> {
        T write(WritableByteChannel channel) throws IOException;
    }

    /** What was written, and where it is: not under its name if another file appeared there meanwhile. */
    record Written<T>(T result, Path file) {}

    /**
     * Has the file written, and completes it, or takes it away where {@code work} fails.
     *
     * @param work its {@link IOException} is one of the output
     * @throws SessionException it cannot be made, or not be written
     */
    <T> Written<T> write(Work<T> work) {
        OutputFile output = OutputFile.create(file, force, ownerUserId, ownerGroupId);
        try {
            T result = work.write(output.channel());
            return new Written<>(result, output.commit());
        } catch (IOException e) {
            throw abandonAfter(output, SessionException.output(e));
        } catch (RuntimeException e) {
            throw abandonAfter(output, e);
        }
    }

    private static RuntimeException abandonAfter(OutputFile output, RuntimeException cause) {
        try {
            output.abandon();
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
        return cause;
    }
}
