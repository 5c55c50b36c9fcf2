/** What this process knows of others of the host that are not its children. */
@NullMarked
package io.pidcap.coordinator.process;

import org.jspecify.annotations.NullMarked;
