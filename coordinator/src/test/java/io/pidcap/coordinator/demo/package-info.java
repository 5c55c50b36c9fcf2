/** Tests of the demo's judgement. */
@NullMarked
package io.pidcap.coordinator.demo;

import org.jspecify.annotations.NullMarked;
