@NullMarked
package io.pidcap.coordinator.journal;

import org.jspecify.annotations.NullMarked;
