@NullMarked
package io.pidcap.coordinator.attribution;

import org.jspecify.annotations.NullMarked;
