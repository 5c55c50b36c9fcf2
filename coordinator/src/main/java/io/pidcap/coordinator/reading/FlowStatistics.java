package io.pidcap.coordinator.reading;

import io.pidcap.coordinator.printing.DecodedPacket;
import io.pidcap.coordinator.printing.PacketProcess;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code pidcap read --stats}: adds packets up by process and flow. */
public final class FlowStatistics implements CaptureReading.Sink {
    /** What a file can make us keep has a bound; flows beyond it are one row together. */
    static final int MAX_FLOWS = 50_000;

    private static final Key OTHERS = new Key("(other flows)", -1, "", "", "");

    private final Map<Key, Sums> flows = new LinkedHashMap<>();

    /** @param first the end that is smaller as a text */
    private record Key(String process, long pid, String protocol, String first, String second) {}

    /** Of one flow; the source is who spoke first. */
    private static final class Sums {
        final String source;
        final String destination;
        long packets;
        long bytes;
        long backPackets;
        long backBytes;
        long firstEpochNanos = Long.MAX_VALUE;
        long lastEpochNanos = Long.MIN_VALUE;

        Sums(String source, String destination) {
            this.source = source;
            this.destination = destination;
        }

        void add(String from, DecodedPacket packet) {
            if (from.equals(source)) {
                packets++;
                bytes += packet.originalLength();
            } else {
                backPackets++;
                backBytes += packet.originalLength();
            }
            firstEpochNanos = Math.min(firstEpochNanos, packet.epochNanos());
            lastEpochNanos = Math.max(lastEpochNanos, packet.epochNanos());
        }
    }

    @Override
    public boolean packet(DecodedPacket packet, PacketProcess process) {
        String from = end(packet.sourceAddress(), packet.sourceMac(), packet.sourcePort());
        String to = end(packet.destinationAddress(), packet.destinationMac(), packet.destinationPort());
        boolean ordered = from.compareTo(to) <= 0;
        Key key = new Key(
                process.name(),
                process.pid(),
                packet.isDecoded() ? packet.protocol() : packet.linkType().toString(),
                ordered ? from : to,
                ordered ? to : from);
        Sums sums = flows.get(key);
        if (sums == null && flows.size() >= MAX_FLOWS) {
            flows.computeIfAbsent(OTHERS, others -> new Sums("", "")).add("", packet);
            return true;
        } else if (sums == null) {
            sums = new Sums(from, to);
            flows.put(key, sums);
        }
        sums.add(from, packet);
        return true;
    }

    /** Without a network address, the hardware's. */
    private static String end(String address, String mac, int port) {
        String host = address.isEmpty() ? mac : address;
        return port < 0 ? host : host + "." + port;
    }

    /** In the order of their first packets in the file. */
    public List<FlowRow> rows() {
        List<FlowRow> rows = new ArrayList<>();
        flows.forEach((key, sums) -> rows.add(new FlowRow(
                key.process,
                key.pid,
                key.protocol,
                sums.source,
                sums.destination,
                sums.packets,
                sums.bytes,
                sums.backPackets,
                sums.backBytes,
                sums.firstEpochNanos,
                sums.lastEpochNanos)));
        return rows;
    }
}
