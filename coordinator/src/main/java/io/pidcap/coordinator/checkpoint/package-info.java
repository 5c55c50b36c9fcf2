/** How far the filter stage was, as the journal says it: the stage itself knows no messages, the journal no stage. */
@NullMarked
package io.pidcap.coordinator.checkpoint;

import org.jspecify.annotations.NullMarked;
