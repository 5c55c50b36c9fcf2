@NullMarked
package io.pidcap.coordinator.worker;

import org.jspecify.annotations.NullMarked;
