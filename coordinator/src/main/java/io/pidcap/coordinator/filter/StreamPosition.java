package io.pidcap.coordinator.filter;

/**
 * How far one interface of a run of the capture-worker was filtered: all segments before {@code segment}, and of that one
 * the records in its first {@code bytes} bytes.
 */
public record StreamPosition(int interfaceNumber, int segment, long bytes) {}
