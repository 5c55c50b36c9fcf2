package io.pidcap.coordinator.filter;

import java.nio.file.Path;

/**
 * One file of the spool.
 *
 * @param interfaceNumber as in the conversation with the capture-worker
 */
public record SpoolSegment(int run, int interfaceNumber, int segment, Path file) {
    @Override
    public String toString() {
        return file.toString();
    }
}
