/**
 * A session: one start to stop, its directory, its two workers, its report. {@link
 * io.pidcap.coordinator.session.CaptureSession} is the state machine; everything mutable of it lives on the session's
 * one thread.
 */
@NullMarked
package io.pidcap.coordinator.session;

import org.jspecify.annotations.NullMarked;
