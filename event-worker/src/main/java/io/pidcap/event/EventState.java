package io.pidcap.event;

/** Where an event-worker is in its conversation. */
enum EventState {
    /** Admitted; answers questions. */
    IDLE,
    /** Asked to watch: attaches the source and sends the snapshot. */
    ATTACHING,
    /** Sends batches. */
    WATCHING,
    /** Sends the last batch, closes the source. */
    STOPPING,
    /** Nothing is sent any more. */
    ENDED
}
