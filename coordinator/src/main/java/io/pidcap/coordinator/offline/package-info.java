/** What is done with captures that are complete, without a session. */
@NullMarked
package io.pidcap.coordinator.offline;

import org.jspecify.annotations.NullMarked;
