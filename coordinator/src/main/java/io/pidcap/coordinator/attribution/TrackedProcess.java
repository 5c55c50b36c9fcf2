package io.pidcap.coordinator.attribution;

import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import org.jspecify.annotations.Nullable;

/** A process as the filter stage knows it, from the first event that names it until nothing refers to it any more. */
public final class TrackedProcess {
    private final ProcessIdentity identity;

    @Nullable
    ProcessInfo info;

    boolean selected;
    boolean exited;
    /** It has ended, and no packet of its time will be asked about. */
    boolean passed;

    int intervals;

    private long packets;
    private long bytes;
    private long flows;

    TrackedProcess(ProcessIdentity identity) {
        this.identity = identity;
    }

    public ProcessIdentity identity() {
        return identity;
    }

    /** Null: no event source has told of it yet. */
    public @Nullable ProcessInfo info() {
        return info;
    }

    /** The executable's base name, or the pid's text while the name is not known. */
    public String name() {
        return info == null ? identity.toString() : info.name();
    }

    /** The user wants it. Once true it stays: a process that was wanted before exec is the same process after. */
    public boolean selected() {
        return selected;
    }

    /** Counts a packet that was kept for it, of {@code originalLength} bytes on the wire. */
    public void countPacket(int originalLength) {
        packets++;
        bytes += originalLength;
    }

    void countFlow() {
        flows++;
    }

    ProcessTotals totals() {
        return new ProcessTotals(identity, name(), packets, bytes, flows);
    }

    boolean hasPackets() {
        return packets > 0;
    }

    @Override
    public String toString() {
        return name() + " (" + identity + ")";
    }
}
