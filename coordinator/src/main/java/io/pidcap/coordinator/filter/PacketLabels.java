package io.pidcap.coordinator.filter;

import io.pidcap.coordinator.attribution.Attribution;
import io.pidcap.coordinator.attribution.AttributionReason;
import io.pidcap.coordinator.attribution.OwnerMatch;
import io.pidcap.coordinator.attribution.TrackedProcess;
import io.pidcap.coordinator.packet.AddressBits;
import io.pidcap.coordinator.packet.PacketEndpoints;
import io.pidcap.coordinator.packet.UnknownCause;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.PacketNote;
import io.pidcap.protocol.file.PacketNote.Direction;
import io.pidcap.protocol.model.NotedProcess;
import io.pidcap.protocol.model.PacketLabel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the output says of packets: one label for all of which the same is to be said. Owned by the filter's thread.
 *
 * <p>A packet is said to be of the process that decided that it is kept: a wanted owner of the end that sent it, or else
 * of the end that it goes to. Who has the other end is its peer. It went out if the process has the end that sent it, and
 * in otherwise: so each packet on the loopback interface, which is there once, has the direction that its process sees.
 * Only where nobody is known does the link layer tell the direction, and on the loopback interface nothing.
 */
final class PacketLabels {
    /** Then all are forgotten, and are made again as packets come: a label costs little, a lost one would be missed. */
    static final int MOST_LABELS = 1 << 14;

    private static final String UNKNOWN = "unknown_";

    private final CaptureFileWriter output;
    private final Map<List<PacketNote>, PacketLabel> labels = new HashMap<>();

    PacketLabels(CaptureFileWriter output) {
        this.output = output;
    }

    /**
     * Of a packet that is kept.
     *
     * @return null: the output says nothing of it
     */
    @Nullable
    PacketLabel of(Attribution found, PacketEndpoints packet) throws IOException {
        if (!output.takesLabels()) {
            return null;
        }
        List<PacketNote> notes = notes(found, packet);
        PacketLabel known = labels.get(notes);
        if (known != null) {
            return known;
        }
        if (labels.size() == MOST_LABELS) {
            labels.clear();
        }
        PacketLabel made = output.label(notes);
        if (made != null) {
            labels.put(notes, made);
        }
        return made;
    }

    /** One for each name of a wanted owner, the one that decided first. */
    private static List<PacketNote> notes(Attribution found, PacketEndpoints packet) {
        UnknownCause cause = found.cause();
        if (cause != null) {
            return List.of(new PacketNote(null, UNKNOWN + cause.word(), null, linkDirection(packet, cause)));
        }
        List<PacketNote> notes = new ArrayList<>(2);
        // What an ICMP error quotes went the other way.
        boolean quoted = packet.quoted();
        addWanted(found, found.source(), found.destination(), quoted ? Direction.INBOUND : Direction.OUTBOUND, notes);
        addWanted(found, found.destination(), found.source(), quoted ? Direction.OUTBOUND : Direction.INBOUND, notes);
        return notes;
    }

    private static void addWanted(
            Attribution found, OwnerMatch own, OwnerMatch other, Direction direction, List<PacketNote> notes) {
        for (int i = 0; i < own.count(); i++) {
            TrackedProcess owner = own.owner(i);
            if (own.isSelected(owner) && notes.stream().noneMatch(note -> isOfName(note, owner.name()))) {
                NotedProcess peer = other.count() == 0 ? null : other.owner(0).noted();
                notes.add(new PacketNote(owner.noted(), reason(found, own), peer, direction));
            }
        }
    }

    private static boolean isOfName(PacketNote note, String name) {
        return note.process() != null && note.process().name().equals(name);
    }

    private static String reason(Attribution found, OwnerMatch own) {
        AttributionReason reason = found.reason();
        boolean ofThePacket = reason == AttributionReason.QUOTED || reason == AttributionReason.FRAGMENT;
        AttributionReason of = ofThePacket ? reason : own.reason();
        return of == null ? UNKNOWN : of.word();
    }

    private static Direction linkDirection(PacketEndpoints packet, UnknownCause cause) {
        boolean loopback = cause == UnknownCause.NO_OWNER
                && AddressBits.isLoopback(packet.destinationHigh(), packet.destinationLow());
        if (loopback) {
            return Direction.UNKNOWN;
        }
        return switch (packet.direction()) {
            case INCOMING -> Direction.INBOUND;
            case OUTGOING -> Direction.OUTBOUND;
            case UNKNOWN -> Direction.UNKNOWN;
        };
    }
}
