package io.pidcap.coordinator.cli;

import java.io.IOException;
import java.util.List;

/** What a process waits at before it becomes, or starts, the command that {@code run} captures. */
interface CommandGate {
    /** Of the process that waits, for {@link ProcessBuilder}. */
    List<String> command();

    /** Lets it go on. */
    void open() throws IOException;

    /** Sends it away if it still waits, and leaves nothing behind. Idempotent. */
    void close() throws IOException;
}
