package io.pidcap.protocol.model;

/**
 * One process, told apart from a later one with the same pid.
 *
 * @param pid as the host's event source sees it, greater than 0
 * @param startNanos when it started, on the host's own process clock (Linux: since boot, in steps of 10 ms); only
 *     equality and order within one host mean something. 0: not known
 */
public record ProcessIdentity(int pid, long startNanos) {
    @Override
    public String toString() {
        return "pid " + pid;
    }
}
