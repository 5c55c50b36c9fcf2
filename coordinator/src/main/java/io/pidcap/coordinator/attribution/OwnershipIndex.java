package io.pidcap.coordinator.attribution;

import org.jspecify.annotations.Nullable;

/**
 * All intervals that a packet may still fall into: those of connected tuples and those of local ends, by tuple. Ended
 * ones are given back once the filter stage has passed their tail.
 */
final class OwnershipIndex {
    private final ProcessRegistry processes;
    private final @Nullable PortOwners ports;
    private final IntervalTable connected;
    private final IntervalTable bound;
    private final EndedIntervals ended = new EndedIntervals();

    /** @param ports also kept up to date, if there are any */
    OwnershipIndex(ProcessRegistry processes, long hashSeed, @Nullable PortOwners ports) {
        this.ports = ports;
        this.processes = processes;
        this.connected = new IntervalTable(hashSeed);
        this.bound = new IntervalTable(hashSeed);
    }

    /** Five-tuples. */
    IntervalTable connected() {
        return connected;
    }

    /** Bound and listening local ends; the remote end of these is none. */
    IntervalTable bound() {
        return bound;
    }

    int size() {
        return connected.size() + bound.size();
    }

    /** Takes in an interval; of two sockets that own one five-tuple, the one that came earlier ends where the later began. */
    void add(FlowInterval interval) {
        if (interval.isConnected()) {
            separate(interval);
        }
        tableOf(interval).add(interval);
        processes.intervalAdded(interval.owner);
        if (ports != null) {
            ports.add(interval);
        }
        if (!interval.isOpen()) {
            ended.add(interval);
        }
    }

    private void separate(FlowInterval added) {
        for (FlowInterval other = connected.chain(added); other != null; other = other.next) {
            boolean rival = other.namespace == added.namespace
                    && (other.socket == null || other.socket != added.socket)
                    && other.hasTupleOf(added);
            if (!rival) {
                continue;
            }
            if (other.from <= added.from) {
                if (other.until > added.from) {
                    cut(other, added.from);
                }
            } else if (added.isOpen() && !other.isOpen()) {
                // It is dated back, to before something that was known to be over when it came.
                added.from = Math.max(added.from, other.until);
            } else if (added.until > other.from) {
                added.cutAt(other.from);
            }
        }
    }

    private void cut(FlowInterval interval, long monotonicNanos) {
        boolean wasOpen = interval.isOpen();
        interval.cutAt(monotonicNanos);
        detach(interval);
        if (wasOpen) {
            ended.add(interval);
        }
    }

    /** Ends an interval that goes on. */
    void end(FlowInterval interval, long monotonicNanos, boolean withTail) {
        if (!interval.isOpen()) {
            throw new IllegalStateException("has ended before: " + interval);
        }
        interval.endAt(monotonicNanos, withTail);
        detach(interval);
        ended.add(interval);
        if (interval.hasLongTail()) {
            supersedeEarlier(interval);
        }
    }

    /** While it lived, its own tuple was its own; of two tails the later counts: no earlier one will be the answer. */
    private void supersedeEarlier(FlowInterval latest) {
        for (FlowInterval other = connected.chain(latest); other != null; other = other.next) {
            if (other.until <= latest.from
                    && other.until < latest.until
                    && other.namespace == latest.namespace
                    && other.hasLongTail()
                    && !other.isSuperseded()
                    && other.hasTupleOf(latest)) {
                ended.supersede(other, latest.from);
            }
        }
    }

    private static void detach(FlowInterval interval) {
        TrackedSocket socket = interval.socket;
        if (socket != null) {
            socket.remove(interval);
        }
    }

    /** No packet of an earlier time will be asked about. */
    void forgetBefore(long monotonicNanos) {
        for (FlowInterval one = ended.pollBefore(monotonicNanos); one != null; one = ended.pollBefore(monotonicNanos)) {
            tableOf(one).remove(one);
            if (ports != null) {
                ports.remove(one);
            }
            processes.intervalForgotten(one.owner);
        }
    }

    private IntervalTable tableOf(FlowInterval interval) {
        return interval.isConnected() ? connected : bound;
    }

    /** An interval that goes on, of the same tuple, state, owner and kind of namespace, in another socket. */
    @Nullable
    FlowInterval sameOwnership(FlowInterval wanted, TrackedSocket socket) {
        IntervalTable table = tableOf(wanted);
        for (FlowInterval other = table.chain(wanted); other != null; other = other.next) {
            if (other.isOpen()
                    && other.socket != socket
                    && other.owner == wanted.owner
                    && other.isListening() == wanted.isListening()
                    && other.isElsewhere() == wanted.isElsewhere()
                    && other.hasTupleOf(wanted)) {
                return other;
            }
        }
        return null;
    }
}
