/**
 * The files that packets are delivered to: one, one for each process, one after the other, or a stream; under which name
 * they come to be, and what is known of them afterwards.
 */
@NullMarked
package io.pidcap.coordinator.output;

import org.jspecify.annotations.NullMarked;
