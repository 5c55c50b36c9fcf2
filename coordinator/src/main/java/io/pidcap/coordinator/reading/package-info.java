/**
 * What is done with a capture file itself: printed, counted, written in another format, or without what it says of
 * processes. Input comes out of a stream, once and in order, so that a pipe or a compressed file is as good as a file.
 */
@NullMarked
package io.pidcap.coordinator.reading;

import org.jspecify.annotations.NullMarked;
