/** What is done with a session whose coordinator died. */
@NullMarked
package io.pidcap.coordinator.recovery;

import org.jspecify.annotations.NullMarked;
