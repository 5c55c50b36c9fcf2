package io.pidcap.coordinator.session;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.protocol.model.PrefilterDecision;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the prefilter's parts together, anew in each run of a worker: the event-worker has it, the capture-worker uses
 * it, the filter stage decides for it. Session's thread only.
 */
final class SessionPrefilter {
    private static final Logger LOG = LoggerFactory.getLogger(SessionPrefilter.class);

    private final boolean wanted;
    private final EventSide events;
    private final CaptureSide capture;

    SessionPrefilter(SessionConfig config, EventSide events, CaptureSide capture) {
        this.wanted = config.prefilter();
        this.events = events;
        this.capture = capture;
    }

    /**
     * A worker is ready; the answer comes by {@link WorkerSide.Listener#prefilterUsed}.
     *
     * @return why it cannot be had; null: it is asked for, or not wanted, or the other worker is not ready yet
     */
    @Nullable
    SessionException offer() {
        if (!wanted || !events.isReady() || !capture.isReady()) {
            return null;
        }
        try {
            capture.usePrefilter(events.prefilterOffer());
            return null;
        } catch (SessionException e) {
            return e;
        }
    }

    /** Nothing has to be waited for any more. */
    boolean isReady() {
        return !wanted || capture.usesPrefilter();
    }

    /**
     * A session that captures goes on without it.
     *
     * @return what the user should know
     */
    String lost(SessionException why) {
        LOG.warn("without the prefilter: {}", why.text());
        return "packets are no longer filtered in the kernel: " + why.text();
    }

    void decided(int run, PrefilterDecision decision) {
        events.decide(run, decision);
    }
}
