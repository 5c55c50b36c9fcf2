package io.pidcap.coordinator.session;

import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.wire.Pipe;
import io.pidcap.protocol.wire.PipeListener;
import io.pidcap.protocol.wire.Refusals;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One command's pipe. It posts requests to the session's thread, a few at a time, and closes the pipe of one who asks more,
 * or does not read: neither the session's queue nor its memory is a command's to fill.
 */
final class CommandPipe implements PipeListener {
    /** A command of ours has one. */
    private static final int MOST_REQUESTS_IN_HAND = 16;
    /** Far below the capacity of the session's queue, in which the workers' messages have to have a place. */
    private static final int MOST_OF_ALL_IN_HAND = SessionLoop.CAPACITY / 8;

    /** Who answers; called on the session's thread. */
    interface Answerer {
        void asked(Pipe pipe, Envelope request);

        /** The asker of all that came through {@code pipe} is gone. */
        void gone(Pipe pipe);
    }

    private final Executor owner;
    private final Answerer answerer;
    private final Refusals refusals;
    private final AtomicInteger ofAll;
    private final Runnable whenClosed;
    private int inHand;
    private boolean hasAsked;
    private boolean refused;

    /**
     * @param ofAll requests in hand, of all commands of the session
     * @param whenClosed called on the event loop
     */
    CommandPipe(Executor owner, Answerer answerer, Refusals refusals, AtomicInteger ofAll, Runnable whenClosed) {
        this.owner = owner;
        this.answerer = answerer;
        this.refusals = refusals;
        this.ofAll = ofAll;
        this.whenClosed = whenClosed;
    }

    @Override
    public void received(Pipe pipe, Envelope envelope) {
        if (enter(pipe)) {
            owner.execute(() -> answer(pipe, envelope));
        }
    }

    private synchronized boolean enter(Pipe pipe) {
        if (inHand >= MOST_REQUESTS_IN_HAND) {
            refuse(pipe, "asked " + MOST_REQUESTS_IN_HAND + " times and more before it was answered");
        } else if (ofAll.get() >= MOST_OF_ALL_IN_HAND) {
            refuse(pipe, "is one of those that asked " + MOST_OF_ALL_IN_HAND + " times before they were answered");
        }
        if (!refused) {
            hasAsked = true;
            inHand++;
            ofAll.incrementAndGet();
        }
        return !refused;
    }

    private void answer(Pipe pipe, Envelope envelope) {
        if (leave(pipe)) {
            answerer.asked(pipe, envelope);
        }
    }

    private synchronized boolean leave(Pipe pipe) {
        inHand--;
        ofAll.decrementAndGet();
        if (!refused && !pipe.hasRoom()) {
            refuse(pipe, "asks and does not read the answers");
        }
        return !refused;
    }

    private void refuse(Pipe pipe, String why) {
        if (!refused) {
            refused = true;
            refusals.add(Refusals.Cause.OVERRUN, "a command " + why + "; its pipe is closed");
            pipe.setReading(false);
            pipe.close();
        }
    }

    @Override
    public void closed(Pipe pipe, @Nullable Throwable cause) {
        whenClosed.run();
        end(pipe, cause);
    }

    private synchronized void end(Pipe pipe, @Nullable Throwable cause) {
        if (hasAsked) {
            owner.execute(() -> answerer.gone(pipe));
        }
        if (cause != null && !refused) {
            refusals.add(Refusals.Cause.PROTOCOL, "a command's pipe broke: " + cause.getMessage());
        }
    }
}
