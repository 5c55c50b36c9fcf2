package io.pidcap.coordinator.attribution;

import io.pidcap.protocol.model.NotedProcess;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A process as the filter stage knows it, from the first event that names it until nothing refers to it any more. */
public final class TrackedProcess {
    private final ProcessIdentity identity;

    private @Nullable ProcessInfo info;
    private String name;
    private @Nullable NotedProcess noted;

    boolean selected;
    /** Before this time it was a copy of the process that forked it; {@link Long#MIN_VALUE}: nothing is known of that. */
    private long ownProgramSince = Long.MIN_VALUE;

    private boolean selectedAsCopy;
    /** Became wanted then, by its next program or user; {@link Long#MIN_VALUE}: for all that is known of it. */
    private long selectedSince = Long.MIN_VALUE;

    boolean exited;
    /** It has ended, and no packet of its time will be asked about. */
    boolean passed;

    int intervals;

    private long packets;
    private long bytes;
    private long flows;

    TrackedProcess(ProcessIdentity identity) {
        this.identity = identity;
        this.name = identity.toString();
    }

    /** @param shownName what a person would call it: the name by which it was asked for, if it was by name */
    void describe(ProcessInfo newInfo, String shownName) {
        info = newInfo;
        name = shownName;
        noted = null;
    }

    public ProcessIdentity identity() {
        return identity;
    }

    /** Null: no event source has told of it yet. */
    public @Nullable ProcessInfo info() {
        return info;
    }

    /** What a person would call it; the pid's text while no event source has told of it. */
    public String name() {
        return name;
    }

    /** As the output tells of it; the same object until something new is known. */
    public NotedProcess noted() {
        if (noted == null) {
            noted = info == null
                    ? new NotedProcess(identity, name, null, List.of())
                    : new NotedProcess(identity, name, info.executable(), info.arguments());
        }
        return noted;
    }

    /**
     * The user wants it. Once true it stays: a process that was wanted before exec is the same process after. But a
     * name that it only had from the process that forked it counts until its first exec, or whatever a wanted shell
     * starts would be wanted.
     */
    public boolean selected() {
        return selected;
    }

    /** The user wants what it owned at this time. */
    boolean selectedAt(long monotonicNanos) {
        return monotonicNanos < ownProgramSince ? selectedAsCopy : selected && monotonicNanos >= selectedSince;
    }

    /** What {@link #selectedAt} says may change then; {@link Long#MIN_VALUE}: it does not. */
    long ownProgramSince() {
        return ownProgramSince;
    }

    /** As {@link #ownProgramSince}. */
    long selectedSince() {
        return selectedSince;
    }

    /** @param sinceMonotonicNanos {@link Long#MIN_VALUE}: it was always what it is wanted for */
    void select(long sinceMonotonicNanos) {
        selected = true;
        selectedSince = sinceMonotonicNanos;
    }

    /** @param wantedStill for another reason than its name */
    void beginOwnProgram(long sinceMonotonicNanos, boolean wantedAsCopy, boolean wantedStill) {
        ownProgramSince = sinceMonotonicNanos;
        selectedAsCopy = wantedAsCopy;
        selected = wantedStill;
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
