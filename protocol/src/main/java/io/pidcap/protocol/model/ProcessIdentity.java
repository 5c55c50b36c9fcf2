package io.pidcap.protocol.model;

import org.jspecify.annotations.Nullable;

/**
 * One process, told apart from a later one with the same pid.
 *
 * @param pid as the host's event source sees it, greater than 0
 * @param startNanos when it started, on the host's own process clock (Linux: since boot, in steps of 10 ms); only
 *     equality and order within one host mean something. 0: not known
 */
public record ProcessIdentity(int pid, long startNanos) {
    // Written out: a key of maps, and the methods that a record is given are slow at first.

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ProcessIdentity that && that.pid == pid && that.startNanos == startNanos;
    }

    @Override
    public int hashCode() {
        return 31 * pid + Long.hashCode(startNanos);
    }

    @Override
    public String toString() {
        return "pid " + pid;
    }
}
