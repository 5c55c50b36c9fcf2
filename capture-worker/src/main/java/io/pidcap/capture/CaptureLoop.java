package io.pidcap.capture;

import io.pidcap.host.PacketSource;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.wire.PipeLimits;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One interface from the source to the spool, on a thread of its own: pump, flush, announce.
 *
 * <p>To stop without loss it pumps on until the source is drained past the stop. The system holds packets back in blocks
 * that are not full (see {@link PacketSource#holdMillis}), so "nothing arrives any more" is no sign of being finished, and
 * breaking off would lose them.
 */
final class CaptureLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(CaptureLoop.class);

    /** A little less than what was promised, for a turn and a flush take time too. */
    private static final long ANNOUNCE_MILLIS = PipeLimits.PROGRESS_MILLIS * 9 / 10;

    /** A source that is never empty may get that far when the wall clock is set while it drains. */
    private static final long DRAIN_DEADLINE_MILLIS = 5_000;

    /** Told of the end, on the loop's thread, after the last position. */
    interface EndListener {
        /** @param failure null: all is written that was to be written */
        void ended(CaptureLoop loop, @Nullable Throwable failure);
    }

    private record StopRequest(long untilNanoTime, long deadlineNanoTime) {}

    private final String interfaceName;
    private final PacketSource source;
    private final SpoolWriter spool;
    private final Runnable whenThreadStarts;
    private final Consumer<SpoolPosition> announcements;
    private final EndListener endListener;
    private final Thread thread;

    private volatile @Nullable StopRequest stopRequest;
    private volatile boolean aborted;
    private long announcedNanoTime;

    /**
     * Owns {@code source} and {@code spool} from {@link #start} on.
     *
     * @param whenThreadStarts called on the loop's thread before all else
     */
    CaptureLoop(
            String interfaceName,
            int interfaceNumber,
            PacketSource source,
            SpoolWriter spool,
            Runnable whenThreadStarts,
            Consumer<SpoolPosition> announcements,
            EndListener endListener) {
        this.interfaceName = interfaceName;
        this.source = source;
        this.spool = spool;
        this.whenThreadStarts = whenThreadStarts;
        this.announcements = announcements;
        this.endListener = endListener;
        this.thread = new Thread(this, "capture-loop-" + interfaceNumber);
    }

    void start() {
        thread.start();
    }

    /** Instead of {@link #start}: closes the source and leaves no file. */
    void discard() {
        try (source) {
            spool.discard();
        }
    }

    /** Ends the loop when everything that arrived up to this time is written. From any thread; the first call counts. */
    void stopAfter(long untilNanoTime) {
        if (stopRequest == null) {
            stopRequest = new StopRequest(
                    untilNanoTime, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DRAIN_DEADLINE_MILLIS));
        }
    }

    /** Ends the loop after the pump that is under way. From any thread. */
    void abort() {
        aborted = true;
    }

    PacketSource source() {
        return source;
    }

    String interfaceName() {
        return interfaceName;
    }

    @Override
    public void run() {
        Throwable failure = null;
        try (source) {
            whenThreadStarts.run();
            failure = capture();
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            endListener.ended(this, failure);
        }
    }

    private @Nullable Throwable capture() {
        Throwable failure = null;
        try {
            pumpUntilStopped();
        } catch (RuntimeException | Error e) {
            failure = e;
        }
        try {
            spool.end();
        } catch (RuntimeException | Error e) {
            failure = join(failure, e);
        }
        if (failure != null && !aborted) {
            countTheRest(failure);
        }
        announcements.accept(spool.position());
        return failure;
    }

    /** Packets that the system still holds are lost with the spool or the device that broke; how many shall be known. */
    private void countTheRest(Throwable failure) {
        stopAfter(System.nanoTime());
        try {
            while (!aborted && !isDrained()) {
                source.discard((int) ANNOUNCE_MILLIS);
            }
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private static Throwable join(@Nullable Throwable first, Throwable later) {
        if (first == null) {
            return later;
        }
        first.addSuppressed(later);
        return first;
    }

    private void pumpUntilStopped() {
        announcedNanoTime = System.nanoTime();
        while (!aborted && !isDrained()) {
            spool.pump(untilDueMillis());
            if (untilDueMillis() <= 0) {
                announce();
            }
        }
    }

    private int untilDueMillis() {
        long elapsedMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - announcedNanoTime);
        return (int) Math.max(0, ANNOUNCE_MILLIS - elapsedMillis);
    }

    private boolean isDrained() {
        StopRequest stop = stopRequest;
        if (stop == null) {
            return false;
        }
        ObservedTime drainedUntil = source.drainedUntil();
        if (drainedUntil != null && drainedUntil.monotonicNanos() - stop.untilNanoTime() >= 0) {
            return true;
        }
        boolean late = System.nanoTime() - stop.deadlineNanoTime() > 0;
        if (late) {
            LOG.warn(
                    "{}: not drained {} ms after the stop (was the clock set back?); ending without the rest",
                    interfaceName,
                    DRAIN_DEADLINE_MILLIS);
        }
        return late;
    }

    private void announce() {
        spool.flush();
        SpoolPosition position = spool.position();
        announcedNanoTime = System.nanoTime();
        if (position.ended()) {
            // Before it is announced: where there can be no next one, the end is told last, with what was lost.
            spool.beginNext();
        }
        announcements.accept(position);
    }
}
