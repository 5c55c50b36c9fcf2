/**
 * The workers as the coordinator sees them: how they are spawned, admitted to the pipe, spoken to, watched, restarted
 * and, as the last resort, killed. This package knows nothing of what a session does with their messages.
 */
@NullMarked
package io.pidcap.coordinator.worker;

import org.jspecify.annotations.NullMarked;
