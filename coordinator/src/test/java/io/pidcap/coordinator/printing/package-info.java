@NullMarked
package io.pidcap.coordinator.printing;

import org.jspecify.annotations.NullMarked;
