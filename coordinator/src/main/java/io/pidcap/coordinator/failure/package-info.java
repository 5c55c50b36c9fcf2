/** What a person is told when something failed: which kind of failure, on what, the system's words, what to do. */
@NullMarked
package io.pidcap.coordinator.failure;

import org.jspecify.annotations.NullMarked;
