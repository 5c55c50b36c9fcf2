@NullMarked
package io.pidcap.coordinator.recovery;

import org.jspecify.annotations.NullMarked;
