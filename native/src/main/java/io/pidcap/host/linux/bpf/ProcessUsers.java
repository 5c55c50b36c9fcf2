package io.pidcap.host.linux.bpf;

import java.util.HashMap;
import java.util.Map;

/**
 * As which user each process runs. No event tells of setuid(2) and its like, so what a process does next shows it: the
 * records of its own calls carry its user. Records of packets do not; after one that came in, whoever still seems to be
 * root is looked at in /proc, once a poll, because only the privileged change their user without executing a program.
 *
 * <p>The new user counts from the call that shows it on. Where a packet made us look, it counts from that packet on,
 * which may be as much older as any record of a packet, but not from before a call that still showed the old one.
 */
final class ProcessUsers {
    private static final long ROOT = 0;

    private final HostTables tables;
    private final EventTimes times;
    private final BatchBuilder batch;
    /** To be looked at when the poll ends, with the time of the first record that made us doubt. */
    private final Map<KnownProcess, Long> doubtfulSinceNanos = new HashMap<>();

    ProcessUsers(HostTables tables, EventTimes times, BatchBuilder batch) {
        this.tables = tables;
        this.times = times;
        this.batch = batch;
    }

    /** A record of the process's own call has this user. */
    void shown(KnownProcess process, long userId, long atNanos) {
        Long doubtNanos = doubtfulSinceNanos.remove(process);
        if (process.info.userId() != userId) {
            change(process, userId, doubtNanos == null ? atNanos : beforePacket(process, doubtNanos));
        }
        process.userSeenNanos = Math.max(process.userSeenNanos, atNanos);
    }

    /** A record has the user that the process had at some time up to then. */
    void shownEarlier(KnownProcess process, long userId, long atNanos) {
        if (process.info.userId() == ROOT && userId != ROOT) {
            shown(process, userId, atNanos);
        }
    }

    /** A packet came to a socket of the process, without a call that would tell its user. */
    void doubt(KnownProcess process, long atNanos) {
        if (process.info.userId() == ROOT && !process.exited) {
            doubtfulSinceNanos.merge(process, atNanos, Math::min);
        }
    }

    /** Ends a poll that began at {@code nowNanos}. */
    void lookAtDoubtful(long nowNanos) {
        doubtfulSinceNanos.forEach((process, doubtNanos) -> {
            long userId = tables.userId(process.identity.pid());
            if (userId == ROOT) {
                process.userSeenNanos = nowNanos;
            } else if (userId > ROOT && tables.startNanos(process.identity.pid()) == process.identity.startNanos()) {
                change(process, userId, beforePacket(process, doubtNanos));
                process.userSeenNanos = nowNanos;
            }
        });
        doubtfulSinceNanos.clear();
    }

    private static long beforePacket(KnownProcess process, long recordNanos) {
        return Math.max(process.userSeenNanos, recordNanos - EventTimes.LEAD_NANOS);
    }

    private void change(KnownProcess process, long userId, long sinceNanos) {
        process.info = process.info.withUser(userId, times.of(sinceNanos));
        batch.process(process.info);
    }
}
