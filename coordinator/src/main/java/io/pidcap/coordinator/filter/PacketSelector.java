package io.pidcap.coordinator.filter;

import io.pidcap.coordinator.attribution.Attribution;
import io.pidcap.coordinator.attribution.Attributor;
import io.pidcap.coordinator.filter.FragmentHold.Held;
import io.pidcap.coordinator.packet.FragmentTable;
import io.pidcap.coordinator.packet.PacketEndpointParser;
import io.pidcap.coordinator.packet.PacketEndpoints;
import io.pidcap.coordinator.packet.PacketEndpoints.Part;
import io.pidcap.coordinator.packet.UnknownCause;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.CapturedPacket;
import io.pidcap.protocol.model.LinkType;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Decides one packet after the other: keeps it in the output or skips it, and counts. Owned by the filter's thread. */
final class PacketSelector implements FragmentHold.Decider {
    private final Attributor attributor;
    private final CaptureFileWriter output;
    private final PacketEndpoints endpoints = new PacketEndpoints();
    private final Attribution attribution = new Attribution();
    private final FragmentTable fragments = new FragmentTable();
    private final FragmentHold hold = new FragmentHold();
    private final FilterTally tally = new FilterTally();

    PacketSelector(Attributor attributor, CaptureFileWriter output) {
        this.attributor = attributor;
        this.output = output;
    }

    /** Decides the packet, or holds it if it is a fragment that must wait for its first. */
    void packet(LinkType linkType, int outputInterface, long monotonicNanos, CapturedPacket packet) throws IOException {
        tally.received(packet.originalLength());
        ByteBuffer bytes = packet.buffer();
        int offset = packet.dataOffset();
        int length = packet.capturedLength();
        PacketEndpointParser.parse(linkType, bytes, offset, length, endpoints);
        boolean fragment = endpoints.part() != Part.WHOLE && endpoints.cause() == null;
        if (fragment && !fragments.follow(endpoints, monotonicNanos)) {
            hold.add(endpoints, outputInterface, monotonicNanos, packet, this);
            return;
        }
        decide(
                endpoints,
                outputInterface,
                monotonicNanos,
                packet.epochNanos(),
                packet.originalLength(),
                bytes,
                offset,
                length);
        if (fragment && endpoints.part() == Part.FIRST_FRAGMENT) {
            hold.firstCame(endpoints, fragments, this);
        }
    }

    private void decide(
            PacketEndpoints packet,
            int outputInterface,
            long monotonicNanos,
            long epochNanos,
            int originalLength,
            ByteBuffer bytes,
            int offset,
            int capturedLength)
            throws IOException {
        attributor.attribute(packet, monotonicNanos, attribution);
        UnknownCause cause = attribution.cause();
        if (cause != null) {
            tally.unknown(cause);
        } else if (attribution.selected()) {
            output.write(outputInterface, epochNanos, originalLength, bytes, offset, capturedLength, null);
            tally.kept(originalLength);
            attribution.count(originalLength);
        } else {
            tally.notSelected();
        }
    }

    @Override
    public void decide(Held held) throws IOException {
        int length = held.bytes().capacity();
        decide(
                held.endpoints(),
                held.outputInterface(),
                held.monotonicNanos(),
                held.epochNanos(),
                held.originalLength(),
                held.bytes(),
                0,
                length);
    }

    @Override
    public void giveUp(Held held) {
        tally.unknown(UnknownCause.FRAGMENT_WITHOUT_FIRST);
    }

    /** The packets are at this time now. */
    void passed(long monotonicNanos) {
        hold.giveUpOld(monotonicNanos, this);
    }

    /** No packet comes any more. */
    void finish() {
        hold.giveUpAll(this);
    }

    FilterCounters counters(long unreadableBytes) {
        return tally.snapshot(hold.size(), unreadableBytes);
    }
}
