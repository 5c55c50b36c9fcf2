/**
 * The event-worker: a program that watches flows for a coordinator at the other end of a pipe (events.proto).
 *
 * <p>Threads: the pipe's event loop turns messages into commands ({@link io.pidcap.event.EventCommandHandler}); the main
 * thread owns everything else, the source of events included, and between two commands it pumps.
 */
@NullMarked
package io.pidcap.event;

import org.jspecify.annotations.NullMarked;
