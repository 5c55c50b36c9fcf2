package io.pidcap.protocol.wire;

import io.pidcap.protocol.v1.Envelope;

/** One end of an admitted connection. All methods may be called from any thread. */
public interface Pipe {
    /**
     * Sends {@code body} with the next sequence number, soon and in the order of the calls. After the pipe has closed it
     * does nothing; the listener was told.
     *
     * @param body gets its sequence set
     * @return the sequence number, by which a reply refers to it
     * @throws IllegalArgumentException the message is over {@link PipeLimits#MAX_FRAME_BYTES}
     */
    long send(Envelope.Builder body);

    /** {@link #send} as the answer to the peer's message with sequence {@code inReplyTo}. */
    long reply(long inReplyTo, Envelope.Builder body);

    /**
     * Waits until the peer has taken enough of what was sent, so that a sender of much does not fill the memory. Never
     * call it on the event loop.
     *
     * @return false: the pipe closed, or {@code timeoutMillis} passed
     */
    boolean awaitWritable(long timeoutMillis) throws InterruptedException;

    /** False: the peer has not taken enough yet of what was sent, and more would only fill the memory. */
    boolean hasRoom();

    /**
     * Stops ({@code false}) or resumes reading from the peer, whose sends then block: back-pressure. What was read
     * before still reaches the listener; the peer's end is noticed only when reading resumes, and so is its silence.
     */
    void setReading(boolean reading);

    /**
     * Closes once everything sent before has been written, or the peer has taken nothing for {@link
     * PipeLimits#CLOSE_STALL_MILLIS}. Idempotent.
     */
    void close();
}
