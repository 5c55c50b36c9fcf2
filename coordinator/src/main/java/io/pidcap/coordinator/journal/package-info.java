/** What a session learns, written down before anything acts on it, so that another process can finish the job. */
@NullMarked
package io.pidcap.coordinator.journal;

import org.jspecify.annotations.NullMarked;
