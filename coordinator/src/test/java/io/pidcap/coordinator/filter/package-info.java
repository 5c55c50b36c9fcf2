@NullMarked
package io.pidcap.coordinator.filter;

import org.jspecify.annotations.NullMarked;
