@NullMarked
package io.pidcap.coordinator.packet;

import org.jspecify.annotations.NullMarked;
