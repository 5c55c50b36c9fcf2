package io.pidcap.capture;

import java.util.EnumSet;
import java.util.Set;

/** The life of a capture-worker. */
enum CaptureState {
    /** Connected; nothing is open. */
    WAITING,
    /** Every interface is open and pumped. */
    CAPTURING,
    /** Told to stop: pumping until all that had arrived by then is written. */
    DRAINING,
    /** A device, the disk or the worker itself broke: the other interfaces are drained, then the failure is told. */
    FAILING,
    /** The pipe closed: nobody wants more; what was pumped is flushed and closed. */
    ABANDONED,
    ENDED;

    boolean mayBecome(CaptureState next) {
        Set<CaptureState> successors = switch (this) {
            case WAITING -> EnumSet.of(CAPTURING, FAILING, ABANDONED, ENDED);
            case CAPTURING -> EnumSet.of(DRAINING, FAILING, ABANDONED);
            case DRAINING -> EnumSet.of(FAILING, ABANDONED, ENDED);
            case FAILING -> EnumSet.of(ABANDONED, ENDED);
            case ABANDONED -> EnumSet.of(ENDED);
            case ENDED -> EnumSet.noneOf(CaptureState.class);
        };
        return successors.contains(next);
    }
}
