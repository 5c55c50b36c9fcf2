package io.pidcap.protocol.model;

/**
 * One instant on both clocks of the host.
 *
 * @param monotonicNanos CLOCK_MONOTONIC, or the performance counter in nanoseconds; never steps
 * @param epochNanos the wall clock, which stamps packets: nanoseconds since 1970-01-01 UTC; may step
 */
public record ObservedTime(long monotonicNanos, long epochNanos) {}
