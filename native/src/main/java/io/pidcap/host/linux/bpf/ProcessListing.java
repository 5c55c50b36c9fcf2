package io.pidcap.host.linux.bpf;

import io.pidcap.protocol.model.ProcessInfo;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The list of all processes, read by a thread of its own while the source's thread loads programs: on a host with
 * hundreds of processes the one takes as long as the other. Whoever begins it leaves the tables alone until {@link
 * #take} has returned.
 */
final class ProcessListing {
    private final HostTables tables;
    private @Nullable CompletableFuture<List<ProcessInfo>> begun;

    ProcessListing(HostTables tables) {
        this.tables = tables;
    }

    /** To be called once the programs tell of every process that begins, changes or ends. */
    void begin() {
        begun = CompletableFuture.supplyAsync(tables::processes, ProcessListing::run);
    }

    private static void run(Runnable reading) {
        Thread thread = new Thread(reading, "process-listing");
        thread.setDaemon(true);
        thread.start();
    }

    /** The list that was begun, once; else that of now. */
    List<ProcessInfo> take() {
        CompletableFuture<List<ProcessInfo>> reading = begun;
        begun = null;
        if (reading == null) {
            return tables.processes();
        }
        try {
            return reading.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                cause.addSuppressed(e);
                throw cause;
            }
            throw e;
        }
    }
}
