package io.pidcap.host.linux.bpf;

import io.pidcap.host.EventTimes;
import java.util.HashMap;
import java.util.Map;

/**
 * As which user each process runs. No event tells of setuid(2) and its like, so what a process does next shows it: the
 * records of its own calls carry its user. Records of packets do not; after one that came in, whoever still seems to be
 * root is looked at in /proc, once a poll, because only the privileged change their user without executing a program.
 *
 * <p>The new user counts from the call that shows it on. Where a packet made us look, it counts from that packet on,
 * which may be as much older as any record of a packet, but not from before a call that still showed the old one. Such a
 * call may have been made between the poll and the look, so that is told by the next poll, which has read it; until then
 * the watermark stays.
 */
final class ProcessUsers {
    private static final long ROOT = 0;

    private final HostTables tables;
    private final EventTimes times;
    private final BatchBuilder batch;
    /** To be looked at when the poll ends, with the time of the first record that made us doubt. */
    private final Map<KnownProcess, Long> doubtfulSinceNanos = new HashMap<>();

    /** Looked at, and another user's by then. */
    private final Map<KnownProcess, Found> found = new HashMap<>();

    private record Found(long userId, long doubtNanos, long lookedNanos) {}

    ProcessUsers(HostTables tables, EventTimes times, BatchBuilder batch) {
        this.tables = tables;
        this.times = times;
        this.batch = batch;
    }

    /** A record of the process's own call has this user. */
    void shown(KnownProcess process, long userId, long atNanos) {
        Long doubtNanos = doubtfulSinceNanos.remove(process);
        if (process.info.userId() != userId) {
            Found before = found.remove(process);
            doubtNanos = before == null ? doubtNanos : Long.valueOf(before.doubtNanos);
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
        if (process.info.userId() == ROOT && !process.exited && !found.containsKey(process)) {
            doubtfulSinceNanos.merge(process, atNanos, Math::min);
        }
    }

    /**
     * Ends a poll that has read every record up to {@code nowNanos}.
     *
     * @param last there is no next one
     */
    void lookAtDoubtful(long nowNanos, boolean last) {
        settle(nowNanos);
        doubtfulSinceNanos.forEach((process, doubtNanos) -> {
            long userId = tables.userId(process.identity.pid());
            if (userId == ROOT) {
                process.userSeenNanos = nowNanos;
            } else if (userId > ROOT && tables.startNanos(process.identity.pid()) == process.identity.startNanos()) {
                found.put(process, new Found(userId, doubtNanos, tables.now().monotonicNanos()));
            }
        });
        doubtfulSinceNanos.clear();
        if (last) {
            settle(Long.MAX_VALUE);
        }
    }

    /** Tells of those at whom we looked by then. */
    private void settle(long nowNanos) {
        found.entrySet().removeIf(each -> {
            KnownProcess process = each.getKey();
            Found seen = each.getValue();
            if (seen.lookedNanos > nowNanos) {
                return false;
            }
            // A program that it executed since has told its user.
            if (process.info.userId() == ROOT && process.userSeenNanos <= seen.lookedNanos) {
                change(process, seen.userId, beforePacket(process, seen.doubtNanos));
                process.userSeenNanos = seen.lookedNanos;
            }
            return true;
        });
    }

    /** Whether the next poll will tell of a user since a time before it, and should not be waited for. */
    boolean isPending() {
        return !found.isEmpty();
    }

    private static long beforePacket(KnownProcess process, long recordNanos) {
        return Math.max(process.userSeenNanos, recordNanos - EventTimes.LEAD_NANOS);
    }

    private void change(KnownProcess process, long userId, long sinceNanos) {
        process.info = process.info.withUser(userId, times.of(sinceNanos));
        batch.process(process.info);
    }
}
