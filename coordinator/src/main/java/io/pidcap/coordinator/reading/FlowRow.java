package io.pidcap.coordinator.reading;

/**
 * What a process and another end said to each other.
 *
 * @param process empty: not known, with a {@code pid} of -1
 * @param source address and port of who spoke first, with a dot between them as tcpdump writes it
 * @param packets from the source, with {@code bytes} on the wire; those of the other direction are {@code back}
 * @param firstEpochNanos of the earliest packet, of both directions; with the latest
 */
public record FlowRow(
        String process,
        long pid,
        String protocol,
        String source,
        String destination,
        long packets,
        long bytes,
        long backPackets,
        long backBytes,
        long firstEpochNanos,
        long lastEpochNanos) {}
