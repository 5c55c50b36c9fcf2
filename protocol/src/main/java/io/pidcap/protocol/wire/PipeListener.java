package io.pidcap.protocol.wire;

import io.pidcap.protocol.v1.Envelope;
import org.jspecify.annotations.Nullable;

/** Told of what comes through a pipe, on the event loop: decode, post, return; never wait. */
public interface PipeListener {
    /**
     * Any body but Hello, Welcome, Reject, Heartbeat and those that are not known, which the pipe handles itself.
     *
     * @throws ProtocolException the pipe answers it with Failure(PROTOCOL) and goes on; any other exception closes it
     */
    void received(Pipe pipe, Envelope envelope);

    /** Nothing, not even a heartbeat, has come for {@link PipeLimits#SILENCE_MILLIS}; called again each such time. */
    default void silent(Pipe pipe) {}

    /**
     * The last call.
     *
     * @param cause null: closed by either side at a frame's border; otherwise why (a torn frame, a gap in the sequence,
     *     an oversized or garbage frame, an error of the system)
     */
    void closed(Pipe pipe, @Nullable Throwable cause);
}
