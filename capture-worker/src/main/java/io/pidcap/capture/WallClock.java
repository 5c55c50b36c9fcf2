package io.pidcap.capture;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** The clock that stamps packets. */
final class WallClock {
    private WallClock() {}

    static long epochNanos() {
        Instant now = Instant.now();
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }
}
