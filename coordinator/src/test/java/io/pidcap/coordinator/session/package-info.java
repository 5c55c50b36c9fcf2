@NullMarked
package io.pidcap.coordinator.session;

import org.jspecify.annotations.NullMarked;
