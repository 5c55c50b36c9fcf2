package io.pidcap.host;

import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.List;

/**
 * Tells which process owns which flow. Used by one thread, in this order: {@link #attach}, {@link #snapshot}, {@link
 * #next} until it is closed.
 */
public interface FlowEventSource extends AutoCloseable {
    /** What it is, as in {@code --events}: {@code proc}, {@code ebpf}, {@code iphelper}, {@code windivert}. */
    Kind kind();

    /** Why this source and not a better one; empty if it is the best of this host. */
    String reason();

    /** What it can miss, one sentence each, for the user; empty if nothing. */
    List<String> limits();

    /**
     * Begins to watch: whatever happens from here on comes out of {@link #next}.
     *
     * @throws HostException why it cannot
     */
    void attach();

    /** All sockets, after {@link #attach}. What is in it may come as an event too. */
    SocketSnapshot snapshot();

    /**
     * What has happened since the last call; waits for it for at most {@code timeoutMillis} (0: takes what is there, and
     * a source that polls looks once). The batch may be empty, but its watermark moves on.
     */
    FlowBatch next(long timeoutMillis);

    /**
     * The means to filter packets in the kernel, where the source was opened with them; after {@link #attach}. It ends with
     * the source.
     *
     * @throws HostException why there are none
     */
    default Prefilter prefilter() {
        throw new HostException(
                HostException.Code.NOT_SUPPORTED,
                "filter packets in the kernel: only the exact source of events (eBPF) knows in time whose they are",
                "leave out --prefilter; `pidcap doctor` says what the exact source needs");
    }

    /** Detaches. Idempotent. */
    @Override
    void close();

    /** The sources there are. */
    enum Kind {
        PROC,
        EBPF,
        IPHELPER,
        WINDIVERT
    }
}
