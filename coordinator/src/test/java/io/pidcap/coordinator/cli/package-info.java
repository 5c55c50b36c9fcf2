@NullMarked
package io.pidcap.coordinator.cli;

import org.jspecify.annotations.NullMarked;
