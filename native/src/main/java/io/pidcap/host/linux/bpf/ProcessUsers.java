package io.pidcap.host.linux.bpf;

import java.util.HashMap;
import java.util.Map;

/**
 * As which user each process runs. No event tells of setuid(2) and its like, so what a process does next shows it: the
 * records of its own calls carry its user. Records of packets do not; after these, whoever still seems to be root is
 * looked at in /proc, once a poll, because only the privileged change their user without executing a program.
 *
 * <p>The new user counts from the record that shows it on, dated back as far as its packet may be older, but not to
 * before the process was last seen with the old one.
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

    /** A record of the process's own doing has this user. */
    void shown(KnownProcess process, long userId, long atNanos) {
        if (process.info.userId() != userId) {
            long sinceNanos = Math.max(process.userSeenNanos, atNanos - EventTimes.LEAD_NANOS);
            process.info = process.info.withUser(userId, times.of(sinceNanos));
            batch.process(process.info);
        }
        process.userSeenNanos = Math.max(process.userSeenNanos, atNanos);
    }

    /** A record has the user that the process had at some time up to then. */
    void shownEarlier(KnownProcess process, long userId, long atNanos) {
        if (process.info.userId() == ROOT) {
            shown(process, userId, atNanos);
        }
    }

    /** Something happened to a socket of the process, without a call that would tell its user. */
    void doubt(KnownProcess process, long atNanos) {
        if (process.info.userId() == ROOT && !process.exited) {
            doubtfulSinceNanos.merge(process, atNanos, Math::min);
        }
    }

    /** Ends a poll that began at {@code nowNanos}. */
    void lookAtDoubtful(long nowNanos) {
        doubtfulSinceNanos.forEach((process, sinceNanos) -> {
            long userId = tables.userId(process.identity.pid());
            if (userId == ROOT) {
                process.userSeenNanos = nowNanos;
            } else if (userId > ROOT && tables.startNanos(process.identity.pid()) == process.identity.startNanos()) {
                shown(process, userId, sinceNanos);
            }
        });
        doubtfulSinceNanos.clear();
    }
}
