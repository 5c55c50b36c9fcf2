package io.pidcap.protocol.wire;

import io.pidcap.protocol.model.PrefilterDecision;
import io.pidcap.protocol.model.PrefilterDecision.Owners;
import io.pidcap.protocol.model.PrefilterDecision.PortMark;
import io.pidcap.protocol.model.PrefilterOffer;
import io.pidcap.protocol.model.PrefilterSeen;
import io.pidcap.protocol.model.PrefilterSeen.PortCount;
import io.pidcap.protocol.v1.PortMarkMessage;
import io.pidcap.protocol.v1.PortOwners;
import io.pidcap.protocol.v1.PrefilterDecisionMessage;
import io.pidcap.protocol.v1.PrefilterOfferMessage;
import io.pidcap.protocol.v1.PrefilterSeenMessage;
import java.util.ArrayList;
import java.util.List;

/** What the prefilter's parts say to each other, to messages and back; what breaks a rule is a {@link ProtocolException}. */
public final class PrefilterMapper {
    /** Entries of all lists of one message together: a few bytes each, well under the limit of a frame. */
    static final int MAX_ENTRIES = 16384;

    private static final int MOST_PORTS = 2 * PrefilterDecision.PORTS;

    private PrefilterMapper() {}

    public static PrefilterOfferMessage toMessage(PrefilterOffer offer) {
        return PrefilterOfferMessage.newBuilder()
                .setProgramsId(offer.programsId())
                .setCountersId(offer.countersId())
                .build();
    }

    public static PrefilterOffer toModel(PrefilterOfferMessage message) {
        return new PrefilterOffer(message.getProgramsId(), message.getCountersId());
    }

    /** In order; the last one is marked, and only then all of it counts. */
    public static List<PrefilterSeenMessage> toMessages(PrefilterSeen seen) {
        List<PrefilterSeenMessage> messages = new ArrayList<>();
        PrefilterSeenMessage.Builder next = PrefilterSeenMessage.newBuilder();
        int entries = 0;
        for (int pid : seen.changed()) {
            if (isFull(++entries)) {
                messages.add(next.build());
                next = PrefilterSeenMessage.newBuilder();
            }
            next.addChanged(pid);
        }
        for (int pid : seen.trusted()) {
            if (isFull(++entries)) {
                messages.add(next.build());
                next = PrefilterSeenMessage.newBuilder();
            }
            next.addTrusted(pid);
        }
        for (int port : seen.exposed()) {
            if (isFull(++entries)) {
                messages.add(next.build());
                next = PrefilterSeenMessage.newBuilder();
            }
            next.addExposed(port);
        }
        for (PortCount count : seen.ports()) {
            if (isFull(++entries)) {
                messages.add(next.build());
                next = PrefilterSeenMessage.newBuilder();
            }
            next.addPorts(count.port()).addTold(count.told());
        }
        messages.add(next.setRaised(seen.raised())
                .setApplied(seen.applied())
                .setLast(true)
                .build());
        return messages;
    }

    /** @param pieces from the first to the one that is marked as the last */
    public static PrefilterSeen seen(List<PrefilterSeenMessage> pieces) {
        List<Integer> changed = new ArrayList<>();
        List<Integer> trusted = new ArrayList<>();
        List<Integer> exposed = new ArrayList<>();
        List<PortCount> ports = new ArrayList<>();
        for (PrefilterSeenMessage piece : pieces) {
            changed.addAll(piece.getChangedList());
            trusted.addAll(piece.getTrustedList());
            piece.getExposedList().forEach(port -> exposed.add(port(port)));
            MessageChecks.require(
                    piece.getPortsCount() == piece.getToldCount(),
                    "PrefilterSeenMessage.told",
                    "is not as long as its ports");
            for (int i = 0; i < piece.getPortsCount(); i++) {
                ports.add(new PortCount(port(piece.getPorts(i)), piece.getTold(i)));
            }
        }
        PrefilterSeenMessage last = pieces.get(pieces.size() - 1);
        return new PrefilterSeen(last.getRaised(), last.getApplied(), changed, trusted, exposed, ports);
    }

    /** In order; only the last one settles. */
    public static List<PrefilterDecisionMessage> toMessages(PrefilterDecision decision) {
        List<PrefilterDecisionMessage> messages = new ArrayList<>();
        PrefilterDecisionMessage.Builder next = PrefilterDecisionMessage.newBuilder();
        int entries = 0;
        for (int pid : decision.unwatch()) {
            if (isFull(++entries)) {
                messages.add(next.build());
                next = PrefilterDecisionMessage.newBuilder();
            }
            next.addUnwatch(pid);
        }
        for (int pid : decision.watch()) {
            if (isFull(++entries)) {
                messages.add(next.build());
                next = PrefilterDecisionMessage.newBuilder();
            }
            next.addWatch(pid);
        }
        for (int pid : decision.trust()) {
            if (isFull(++entries)) {
                messages.add(next.build());
                next = PrefilterDecisionMessage.newBuilder();
            }
            next.addTrust(pid);
        }
        for (PortMark mark : decision.marks()) {
            if (isFull(++entries)) {
                messages.add(next.build());
                next = PrefilterDecisionMessage.newBuilder();
            }
            next.addMarks(PortMarkMessage.newBuilder()
                    .setPort(mark.port())
                    .setTold(mark.told())
                    .setOwners(
                            switch (mark.owners()) {
                                case NOBODY -> PortOwners.PORT_OWNERS_NOBODY;
                                case UNWANTED -> PortOwners.PORT_OWNERS_UNWANTED;
                                case OTHERS -> PortOwners.PORT_OWNERS_OTHERS;
                            }));
        }
        messages.add(next.setNumber(decision.number())
                .setSettled(decision.settled())
                .setLast(true)
                .build());
        return messages;
    }

    /** @param pieces from the first to the one that is marked as the last */
    public static PrefilterDecision decision(List<PrefilterDecisionMessage> pieces) {
        List<Integer> unwatch = new ArrayList<>();
        List<Integer> watch = new ArrayList<>();
        List<Integer> trust = new ArrayList<>();
        List<PortMark> marks = new ArrayList<>();
        for (PrefilterDecisionMessage piece : pieces) {
            unwatch.addAll(piece.getUnwatchList());
            watch.addAll(piece.getWatchList());
            trust.addAll(piece.getTrustList());
            for (PortMarkMessage mark : piece.getMarksList()) {
                Owners owners = switch (mark.getOwners()) {
                    case PORT_OWNERS_NOBODY -> Owners.NOBODY;
                    case PORT_OWNERS_UNWANTED -> Owners.UNWANTED;
                    case PORT_OWNERS_OTHERS -> Owners.OTHERS;
                    case PORT_OWNERS_UNSPECIFIED, UNRECOGNIZED ->
                        throw new ProtocolException(
                                "PortMarkMessage.owners " + mark.getOwnersValue() + " is not one of those known");
                };
                marks.add(new PortMark(port(mark.getPort()), mark.getTold(), owners));
            }
        }
        PrefilterDecisionMessage last = pieces.get(pieces.size() - 1);
        return new PrefilterDecision(last.getNumber(), unwatch, watch, trust, marks, last.getSettled());
    }

    private static boolean isFull(int entries) {
        return entries % MAX_ENTRIES == 0;
    }

    private static int port(int port) {
        if (port < 0 || port >= MOST_PORTS) {
            throw MessageChecks.wrong(
                    "port of the prefilter", Integer.toUnsignedString(port) + " is not in 0.." + (MOST_PORTS - 1));
        }
        return port;
    }
}
