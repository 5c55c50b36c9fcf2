/**
 * The capture-worker: one process that opens interfaces, writes what arrives into spool segments and tells the coordinator
 * how far they can be read. The conversation is specified in capture.proto.
 *
 * <p>Threads: the event loop of the pipe decodes and posts ({@link io.pidcap.capture.CaptureCommandHandler}); the main
 * thread owns the state ({@link io.pidcap.capture.CaptureWorker}); each interface has a thread that owns its source and its
 * spool ({@link io.pidcap.capture.CaptureLoop}).
 */
@NullMarked
package io.pidcap.capture;

import org.jspecify.annotations.NullMarked;
