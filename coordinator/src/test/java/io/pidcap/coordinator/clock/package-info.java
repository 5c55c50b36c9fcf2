@NullMarked
package io.pidcap.coordinator.clock;

import org.jspecify.annotations.NullMarked;
