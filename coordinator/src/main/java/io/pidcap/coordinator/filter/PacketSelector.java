package io.pidcap.coordinator.filter;

import io.pidcap.coordinator.attribution.Attribution;
import io.pidcap.coordinator.attribution.Attributor;
import io.pidcap.coordinator.attribution.FlowTimeline;
import io.pidcap.coordinator.attribution.FlowVerdict;
import io.pidcap.coordinator.attribution.FlowVerdicts;
import io.pidcap.coordinator.filter.FragmentHold.Held;
import io.pidcap.coordinator.packet.FlowKey;
import io.pidcap.coordinator.packet.FragmentTable;
import io.pidcap.coordinator.packet.PacketEndpointParser;
import io.pidcap.coordinator.packet.PacketEndpoints;
import io.pidcap.coordinator.packet.PacketEndpoints.Part;
import io.pidcap.coordinator.packet.UnknownCause;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.CapturedPacket;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.PacketLabel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Decides one packet after the other: keeps it in the output or skips it, and counts. A packet whose flow was decided
 * before, and for which the same must hold, is not parsed again. Owned by the filter's thread.
 */
final class PacketSelector implements FragmentHold.Decider {
    private final Attributor attributor;
    private final FlowVerdicts verdicts;
    private final FlowKey key = new FlowKey();
    private final CaptureFileWriter output;
    private final PacketEndpoints endpoints = new PacketEndpoints();
    private final Attribution attribution = new Attribution();
    private final FragmentTable fragments = new FragmentTable();
    private final FragmentHold hold = new FragmentHold();
    private final FilterTally tally = new FilterTally();
    private final PacketLabels labels;
    private final boolean wantsEverything;
    /** Of the packet that was decided last, if it was kept. */
    private @Nullable PacketLabel label;

    private boolean kept;
    /** A packet that was held is decided: the spool was read beyond it. */
    private boolean late;

    /**
     * @param wantsEverything keeps also what has no owner
     * @param mostVerdicts how many answers are remembered, as {@link FlowVerdicts} takes it
     */
    PacketSelector(FlowTimeline timeline, boolean wantsEverything, CaptureFileWriter output, int mostVerdicts) {
        this.attributor = new Attributor(timeline);
        this.verdicts = new FlowVerdicts(timeline, ThreadLocalRandom.current().nextLong(), mostVerdicts);
        this.output = output;
        this.labels = new PacketLabels(output);
        this.wantsEverything = wantsEverything;
    }

    /** Decides the packet, or holds it if it is a fragment that must wait for its first. */
    void packet(LinkType linkType, int outputInterface, long monotonicNanos, CapturedPacket packet) throws IOException {
        select(linkType, outputInterface, monotonicNanos, packet);
        tally.received(packet.originalLength());
    }

    private void select(LinkType linkType, int outputInterface, long monotonicNanos, CapturedPacket packet)
            throws IOException {
        ByteBuffer bytes = packet.buffer();
        int offset = packet.dataOffset();
        int length = packet.capturedLength();
        if (!key.read(linkType, bytes, offset, length)) {
            parsed(linkType, outputInterface, monotonicNanos, packet);
            return;
        }
        FlowVerdict known = verdicts.find(key, monotonicNanos);
        if (known == null) {
            parsed(linkType, outputInterface, monotonicNanos, packet);
            remember();
        } else if (known.isKept()) {
            if (!output.takes(packet.epochNanos())) {
                tally.afterLimit();
                return;
            }
            output.turn(packet.epochNanos());
            output.write(
                    outputInterface,
                    packet.epochNanos(),
                    packet.originalLength(),
                    bytes,
                    offset,
                    length,
                    known.label());
            tally.kept(packet.originalLength(), known.reason(), known.cause());
            known.count(packet.originalLength());
        } else {
            skip(known.cause());
        }
    }

    private void remember() {
        if (kept) {
            verdicts.rememberKept(key, attribution, label);
        } else {
            verdicts.rememberSkipped(key, attribution);
        }
    }

    private void parsed(LinkType linkType, int outputInterface, long monotonicNanos, CapturedPacket packet)
            throws IOException {
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
        kept = wantsEverything || attribution.selected();
        if (kept) {
            keep(packet, outputInterface, epochNanos, originalLength, bytes, offset, capturedLength);
        } else {
            skip(attribution.cause());
        }
    }

    private void keep(
            PacketEndpoints packet,
            int outputInterface,
            long epochNanos,
            int originalLength,
            ByteBuffer bytes,
            int offset,
            int capturedLength)
            throws IOException {
        if (!output.takes(epochNanos)) {
            label = null;
            tally.afterLimit();
            return;
        }
        if (!late) {
            output.turn(epochNanos);
        }
        label = labels.of(attribution, packet);
        output.write(outputInterface, epochNanos, originalLength, bytes, offset, capturedLength, label);
        tally.kept(originalLength, attribution.reason(), attribution.cause());
        attribution.count(originalLength);
    }

    private void skip(@Nullable UnknownCause cause) {
        if (cause == null) {
            tally.notSelected();
        } else {
            tally.unknown(cause);
        }
    }

    @Override
    public void decide(Held held) throws IOException {
        late = true;
        decide(
                held.endpoints(),
                held.outputInterface(),
                held.monotonicNanos(),
                held.epochNanos(),
                held.originalLength(),
                held.bytes(),
                0,
                held.bytes().capacity());
        late = false;
    }

    @Override
    public void giveUp(Held held) throws IOException {
        if (!wantsEverything) {
            tally.unknown(UnknownCause.FRAGMENT_WITHOUT_FIRST);
            return;
        }
        attribution.unknown(UnknownCause.FRAGMENT_WITHOUT_FIRST);
        late = true;
        keep(
                held.endpoints(),
                held.outputInterface(),
                held.epochNanos(),
                held.originalLength(),
                held.bytes(),
                0,
                held.bytes().capacity());
        late = false;
    }

    /** The packets are at this time now. */
    void passed(long monotonicNanos) throws IOException {
        hold.giveUpOld(monotonicNanos, this);
    }

    /** No packet comes any more. */
    void finish() throws IOException {
        hold.giveUpAll(this);
    }

    boolean holdsFragments() {
        return hold.size() > 0;
    }

    FilterCounters counters(long unreadableBytes) {
        return tally.snapshot(hold.size(), unreadableBytes);
    }
}
