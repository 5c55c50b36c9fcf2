@NullMarked
package io.pidcap.coordinator.output;

import org.jspecify.annotations.NullMarked;
