package io.pidcap.coordinator.reading;

/** Of the times in a pcap file. */
public enum TimeResolution {
    /** As in the input. */
    KEPT,
    NANOSECONDS,
    MICROSECONDS
}
