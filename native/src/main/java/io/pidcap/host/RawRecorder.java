package io.pidcap.host;

import java.util.List;

/** Writes down what the system tells, as it tells it. One thread. */
public interface RawRecorder extends AutoCloseable {
    /**
     * Writes what comes within {@code timeoutMillis}; when it returns, that is in the file.
     *
     * @throws HostException the file cannot be written, or what tells breaks
     */
    void next(long timeoutMillis);

    /** What was recorded so far, and what could not be: lines for people. */
    List<String> summary();

    /** Completes the file. Idempotent. */
    @Override
    void close();
}
