/** What differs between the operating systems for a program in plain Java. */
@NullMarked
package io.pidcap.coordinator.platform;

import org.jspecify.annotations.NullMarked;
