@NullMarked
package io.pidcap.coordinator.extcap;

import org.jspecify.annotations.NullMarked;
