/**
 * Says which processes a packet belongs to: flow events and snapshots become intervals of ownership, packets are looked
 * up in them.
 *
 * <p>Everything here is owned by one thread, the one of the filter stage. An interval is {@code [from, until)} in monotonic
 * nanoseconds; packets are translated to them by {@link io.pidcap.coordinator.clock}.
 */
@NullMarked
package io.pidcap.coordinator.attribution;

import org.jspecify.annotations.NullMarked;
