package io.pidcap.capture;

import io.pidcap.protocol.model.CaptureCounters;

/**
 * How far an interface's spool can be read.
 *
 * @param segment from 1
 * @param file base name
 * @param readableBytes whole records up to here
 * @param ended no more is written to this segment
 * @param drainedUntilEpochNanos all packets up to this time are readable
 */
record SpoolPosition(
        int interfaceNumber,
        int segment,
        String file,
        long readableBytes,
        boolean ended,
        long drainedUntilEpochNanos,
        CaptureCounters counters) {}
