@NullMarked
package io.pidcap.coordinator.process;

import org.jspecify.annotations.NullMarked;
