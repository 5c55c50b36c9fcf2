package io.pidcap.host;

import io.pidcap.protocol.model.ObservedTime;
import java.util.concurrent.locks.LockSupport;

/** The real one. */
public final class SystemClock implements HostClock {
    @Override
    public ObservedTime now() {
        return Clocks.read();
    }

    @Override
    public void sleepUntil(long monotonicNanos) {
        long left = monotonicNanos - System.nanoTime();
        while (left > 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(this, left);
            left = monotonicNanos - System.nanoTime();
        }
    }
}
