package io.pidcap.host;

import io.pidcap.protocol.model.ObservedTime;
import java.util.concurrent.atomic.AtomicLong;

/** Moves by a microsecond with each reading, and otherwise when it is told to or somebody sleeps. */
public final class ManualClock implements HostClock {
    public static final long EPOCH_NANOS = 1_700_000_000_000_000_000L;

    private final AtomicLong monotonicNanos = new AtomicLong(1_000_000_000L);

    @Override
    public ObservedTime now() {
        long now = monotonicNanos.addAndGet(1000);
        return new ObservedTime(now, EPOCH_NANOS + now);
    }

    @Override
    public void sleepUntil(long until) {
        monotonicNanos.accumulateAndGet(until, Math::max);
    }

    public void advanceMillis(long millis) {
        monotonicNanos.addAndGet(millis * 1_000_000L);
    }
}
