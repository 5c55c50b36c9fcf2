package io.pidcap.host.linux.bpf;

import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.ProcessInfo;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The list of all processes, and the addresses of this host, read by a thread of its own while the source's thread loads
 * programs: on a host with hundreds of processes the one takes as long as the other. Whoever begins it leaves the tables alone until {@link
 * #take} has returned.
 */
final class ProcessListing {
    private final HostTables tables;
    private @Nullable CompletableFuture<Listed> begun;

    record Listed(List<ProcessInfo> processes, List<IpAddress> localAddresses) {}

    ProcessListing(HostTables tables) {
        this.tables = tables;
    }

    /** To be called once the programs tell of every process that begins, changes or ends. */
    void begin() {
        begun = CompletableFuture.supplyAsync(this::read, ProcessListing::run);
    }

    private Listed read() {
        return new Listed(tables.processes(), tables.localAddresses());
    }

    private static void run(Runnable reading) {
        Thread thread = new Thread(reading, "process-listing");
        thread.setDaemon(true);
        thread.start();
    }

    /** The list that was begun, once; else that of now. */
    Listed take() {
        CompletableFuture<Listed> reading = begun;
        begun = null;
        if (reading == null) {
            return read();
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
