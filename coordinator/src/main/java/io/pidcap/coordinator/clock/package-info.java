/**
 * The two clocks of the host. Ownership is decided by the monotonic one, which never steps; packets are stamped by the
 * wall clock, and translated here.
 */
@NullMarked
package io.pidcap.coordinator.clock;

import org.jspecify.annotations.NullMarked;
