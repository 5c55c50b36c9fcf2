package io.pidcap.host.windows.win32;

import io.pidcap.protocol.model.ObservedTime;

/**
 * The performance counter, Java's monotonic clock and the wall clock at one instant.
 *
 * @param ticks of the performance counter
 */
public record ClockReading(long ticks, ObservedTime time) {}
