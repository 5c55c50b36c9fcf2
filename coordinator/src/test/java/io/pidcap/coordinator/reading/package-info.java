@NullMarked
package io.pidcap.coordinator.reading;

import org.jspecify.annotations.NullMarked;
