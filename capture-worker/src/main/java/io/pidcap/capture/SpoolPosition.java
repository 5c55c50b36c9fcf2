package io.pidcap.capture;

import io.pidcap.protocol.model.CaptureCounters;
import io.pidcap.protocol.model.ObservedTime;
import org.jspecify.annotations.Nullable;

/**
 * How far an interface's spool can be read.
 *
 * @param segment from 1
 * @param file base name
 * @param readableBytes whole records up to here
 * @param ended no more is written to this segment
 * @param drainedUntil all packets up to this instant are readable; null: nothing is known yet
 * @param announced both clocks, read when {@code readableBytes} was known: what is readable was captured before
 */
record SpoolPosition(
        int interfaceNumber,
        int segment,
        String file,
        long readableBytes,
        boolean ended,
        @Nullable ObservedTime drainedUntil,
        ObservedTime announced,
        CaptureCounters counters) {}
