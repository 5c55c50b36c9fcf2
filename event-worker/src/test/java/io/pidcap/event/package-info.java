/** The worker against a pipe in memory and a scripted source, and as a real process at a real pipe. */
@NullMarked
package io.pidcap.event;

import org.jspecify.annotations.NullMarked;
