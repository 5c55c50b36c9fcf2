package io.pidcap.host.linux.bpf;

import io.pidcap.host.HostException;
import io.pidcap.protocol.model.TransportProtocol;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The prefilter of an event source, or why there is none. Only the thread that owns the source calls it. */
final class OptionalPrefilter implements AutoCloseable {
    private final @Nullable BpfPrefilter prefilter;
    private final @Nullable HostException refusal;

    private OptionalPrefilter(@Nullable BpfPrefilter prefilter, @Nullable HostException refusal) {
        this.prefilter = prefilter;
        this.refusal = refusal;
    }

    /** @param isWanted the programs were loaded with what it needs */
    static OptionalPrefilter open(LibBpf bpf, FlowPrograms programs, boolean isWanted) {
        if (!isWanted) {
            return new OptionalPrefilter(null, null);
        }
        try {
            if (!programs.hasTracepoints()) {
                throw new HostException(
                        HostException.Code.NOT_SUPPORTED,
                        "filter packets in the kernel: it does not tell when a process becomes another",
                        "give access to tracefs (CAP_SYS_ADMIN), or leave out --prefilter");
            }
            return new OptionalPrefilter(BpfPrefilter.open(bpf, programs.flows()), null);
        } catch (HostException e) {
            return new OptionalPrefilter(null, e);
        }
    }

    /** @throws HostException why there is none */
    BpfPrefilter require() {
        if (refusal != null) {
            throw refusal;
        }
        if (prefilter == null) {
            throw new IllegalStateException("the source was opened without a prefilter");
        }
        return prefilter;
    }

    @Nullable
    BpfPrefilter orNull() {
        return prefilter;
    }

    /** Before the end of the ring is looked at. */
    void beginReading() {
        if (prefilter != null) {
            prefilter.beginReading();
        }
    }

    /** All records up to that end were read. */
    void readWhole() {
        if (prefilter != null) {
            prefilter.readWhole();
        }
    }

    /**
     * A socket that was given away may be its giver's alone to those who know, until its taker uses it.
     *
     * @param takers pids of those who were, or may have been, given sockets
     * @param survey what everybody holds now
     * @param isKnown whether a socket's holder is known to be an owner of it
     */
    void exposeTaken(Set<Integer> takers, Supplier<List<HeldSocket>> survey, Predicate<HeldSocket> isKnown) {
        if (prefilter == null || takers.isEmpty()) {
            return;
        }
        for (HeldSocket held : survey.get()) {
            if (takers.contains(held.tgid()) && !isKnown.test(held)) {
                prefilter.exposed(
                        held.tuple().protocol() == TransportProtocol.TCP,
                        held.tuple().local().port());
            }
        }
    }

    @Override
    public void close() {
        if (prefilter != null) {
            prefilter.close();
        }
    }
}
