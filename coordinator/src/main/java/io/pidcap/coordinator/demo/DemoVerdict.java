package io.pidcap.coordinator.demo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether the file holds what it must: every byte of each of the client's connections in both directions with its SYN
 * and its FIN, and no packet that is not the client's.
 *
 * @param missing one sentence for each thing that should be in the file and is not
 * @param foreignPackets packets in the file that belong to none of the client's connections
 */
public record DemoVerdict(List<String> missing, long foreignPackets) {
    public DemoVerdict {
        missing = List.copyOf(missing);
    }

    public boolean isGood() {
        return missing.isEmpty() && foreignPackets == 0;
    }

    /** @param unreadableFrames frames of the file that are no TCP segment over IPv4, so not the client's */
    static DemoVerdict of(
            List<TcpSegment> segments, long unreadableFrames, int serverPort, List<DemoConnection> connections) {
        Set<Integer> clientPorts = ports(connections);
        Map<Integer, Direction> toServer = new HashMap<>();
        Map<Integer, Direction> fromServer = new HashMap<>();
        long foreign = unreadableFrames;
        for (TcpSegment segment : segments) {
            if (segment.destinationPort() == serverPort && clientPorts.contains(segment.sourcePort())) {
                toServer.computeIfAbsent(segment.sourcePort(), p -> new Direction())
                        .add(segment);
            } else if (segment.sourcePort() == serverPort && clientPorts.contains(segment.destinationPort())) {
                fromServer
                        .computeIfAbsent(segment.destinationPort(), p -> new Direction())
                        .add(segment);
            } else {
                foreign++;
            }
        }
        List<String> missing = new ArrayList<>();
        for (DemoConnection said : connections) {
            int port = said.localPort();
            toServer.getOrDefault(port, new Direction()).compare("sent from port " + port, said.sentBytes(), missing);
            fromServer
                    .getOrDefault(port, new Direction())
                    .compare("received on port " + port, said.receivedBytes(), missing);
        }
        return new DemoVerdict(missing, foreign);
    }

    private static Set<Integer> ports(List<DemoConnection> connections) {
        return connections.stream().map(DemoConnection::localPort).collect(Collectors.toSet());
    }

    /** One direction of a connection; a retransmission counts once, as it starts at a sequence number seen before. */
    private static final class Direction {
        private final Map<Long, Integer> payloadBytesBySequence = new HashMap<>();
        private boolean syn;
        private boolean fin;

        void add(TcpSegment segment) {
            syn |= segment.isSyn();
            fin |= segment.isFin();
            if (segment.payloadBytes() > 0) {
                payloadBytesBySequence.merge(segment.sequence(), segment.payloadBytes(), Math::max);
            }
        }

        void compare(String what, long saidBytes, List<String> missing) {
            long foundBytes = payloadBytesBySequence.values().stream()
                    .mapToLong(Integer::longValue)
                    .sum();
            if (foundBytes != saidBytes) {
                missing.add(what + ": " + foundBytes + " of " + saidBytes + " bytes are in the file");
            }
            if (!syn || !fin) {
                missing.add(what + ": the " + (syn ? "FIN" : "SYN") + " is not in the file");
            }
        }
    }
}
