/** What tests put into an event-worker. */
@NullMarked
package io.pidcap.event;

import org.jspecify.annotations.NullMarked;
