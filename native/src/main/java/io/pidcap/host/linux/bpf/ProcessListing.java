package io.pidcap.host.linux.bpf;

import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.ProcessInfo;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of this host and the list of all processes, read by a thread of its own while the source's thread loads
 * programs: on a host with hundreds of processes the one takes as long as the other. Whoever makes it leaves the tables
 * alone until {@link #take} has returned, but for {@link HostTables#look}.
 */
final class ProcessListing {
    private final HostTables tables;
    private final CompletableFuture<List<IpAddress>> localAddresses;
    private @Nullable CompletableFuture<List<ProcessInfo>> begun;

    record Listed(List<ProcessInfo> processes, List<IpAddress> localAddresses) {}

    /** Begins with the addresses: one that changes is told later all the same. */
    ProcessListing(HostTables tables) {
        this.tables = tables;
        localAddresses = CompletableFuture.supplyAsync(tables::localAddresses, ProcessListing::run);
    }

    /** To be called once the programs tell of every process that begins, changes or ends. */
    void begin() {
        begun = localAddresses.thenApplyAsync(addresses -> tables.processes(), ProcessListing::run);
    }

    private static void run(Runnable reading) {
        Thread thread = new Thread(reading, "process-listing");
        thread.setDaemon(true);
        thread.start();
    }

    /** What was begun, once; else the processes of now. */
    Listed take() {
        CompletableFuture<List<ProcessInfo>> reading = begun;
        begun = null;
        try {
            List<IpAddress> addresses = localAddresses.join();
            return new Listed(reading == null ? tables.processes() : reading.join(), addresses);
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                cause.addSuppressed(e);
                throw cause;
            }
            throw e;
        }
    }
}
