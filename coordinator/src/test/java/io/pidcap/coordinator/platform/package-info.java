/** Tests of what differs between systems, on whichever this is. */
@NullMarked
package io.pidcap.coordinator.platform;

import org.jspecify.annotations.NullMarked;
