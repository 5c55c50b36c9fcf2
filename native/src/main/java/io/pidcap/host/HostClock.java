package io.pidcap.host;

import io.pidcap.protocol.model.ObservedTime;

/** The host's clocks, and waiting by them; tests bring their own. */
public interface HostClock {
    ObservedTime now();

    /** Returns at {@code monotonicNanos}, or earlier when the thread is interrupted, whose flag stays set. */
    void sleepUntil(long monotonicNanos);
}
