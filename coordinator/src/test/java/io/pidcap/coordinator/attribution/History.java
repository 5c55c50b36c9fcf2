package io.pidcap.coordinator.attribution;

import io.pidcap.coordinator.packet.FragmentTable;
import io.pidcap.coordinator.packet.PacketEndpointParser;
import io.pidcap.coordinator.packet.PacketEndpoints;
import io.pidcap.coordinator.packet.Packets;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.model.SocketState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * Tells a timeline what happened, in few words, and asks it for owners. A tuple is {@code tcp 10.0.0.1:5 > 10.0.0.2:80},
 * without the second end for a bound one, {@code *} for any address. Process n is named {@code pn}; times are seconds.
 */
public final class History {
    public static final long OWN = 1;
    public static final long OTHER = 2;
    static final long SECOND = 1_000_000_000L;
    /** The wall clock less the monotonic one, in whose seconds all times here are. */
    public static final long WALL_OFFSET_NANOS = 1_700_000_000 * SECOND;

    public final ProcessRegistry processes;
    public final FlowTimeline timeline;
    private final Attributor attributor;
    private final FragmentTable fragments = new FragmentTable();
    private final Attribution attribution = new Attribution();
    private final List<LocalAddress> addresses = new ArrayList<>();

    public History(String... selectedNames) {
        processes = new ProcessRegistry(ProcessSelector.ofNames(selectedNames));
        timeline = new FlowTimeline(processes, 42);
        attributor = new Attributor(timeline);
    }

    public static ProcessIdentity process(int number) {
        return new ProcessIdentity(number, number * 100L);
    }

    public static ProcessInfo info(int number, int parent) {
        return new ProcessInfo(process(number), parent, "p" + number, "p" + number, null, List.of(), 0);
    }

    public static ObservedTime at(double seconds) {
        long nanos = (long) (seconds * SECOND);
        return new ObservedTime(nanos, nanos + WALL_OFFSET_NANOS);
    }

    public static FiveTuple tuple(String text) {
        String[] words = text.split("[ >]+");
        return new FiveTuple(
                protocol(words[0]), endpoint(words[1]), words.length > 2 ? endpoint(words[2]) : Endpoint.NONE);
    }

    static int protocol(String name) {
        return switch (name) {
            case "tcp" -> 6;
            case "udp" -> 17;
            case "icmp" -> 1;
            default -> Integer.parseInt(name);
        };
    }

    static Endpoint endpoint(String text) {
        int colon = text.lastIndexOf(':');
        int port = Integer.parseInt(text.substring(colon + 1));
        String address = text.substring(0, colon);
        return address.equals("*")
                ? new Endpoint(io.pidcap.protocol.model.IpAddress.ANY, port)
                : new Endpoint(Packets.address(address), port);
    }

    public History local(long netns, String address) {
        addresses.add(new LocalAddress(netns, Packets.address(address)));
        return this;
    }

    public static SocketEntry entry(long socket, long netns, String tuple, SocketState state, int... owners) {
        List<ProcessIdentity> identities = new ArrayList<>();
        for (int owner : owners) {
            identities.add(process(owner));
        }
        return new SocketEntry(socket, netns, tuple(tuple), state, identities);
    }

    /** Every process from 1 to 9 is in it. */
    public History snapshot(double seconds, SocketEntry... sockets) {
        List<ProcessInfo> infos = new ArrayList<>();
        for (int number = 1; number < 10; number++) {
            infos.add(info(number, 0));
        }
        timeline.snapshot(new SocketSnapshot(at(seconds), OWN, infos, List.of(sockets), addresses));
        return this;
    }

    public static FlowEvent event(
            FlowEvent.Kind kind, double seconds, long socket, long netns, String tuple, SocketState state, int owner) {
        return new FlowEvent(kind, at(seconds), socket, netns, tuple(tuple), state, process(owner));
    }

    private History one(FlowEvent event) {
        return batch(List.of(event), 0);
    }

    public History batch(List<FlowEvent> events, double watermarkSeconds) {
        timeline.batch(new FlowBatch(List.of(), events, List.of(), false, List.of(), 0, at(watermarkSeconds)));
        return this;
    }

    public History opened(double seconds, long socket, String tuple, SocketState state, int owner) {
        return one(event(FlowEvent.Kind.OPENED, seconds, socket, OWN, tuple, state, owner));
    }

    public History openedElsewhere(double seconds, long socket, String tuple, SocketState state, int owner) {
        return one(event(FlowEvent.Kind.OPENED, seconds, socket, OTHER, tuple, state, owner));
    }

    public History connected(double seconds, long socket, String tuple, int owner) {
        return opened(seconds, socket, tuple, SocketState.CONNECTED, owner);
    }

    public History bound(double seconds, long socket, String tuple, int owner) {
        return opened(seconds, socket, tuple, SocketState.BOUND, owner);
    }

    public History listening(double seconds, long socket, String tuple, int owner) {
        return opened(seconds, socket, tuple, SocketState.LISTENING, owner);
    }

    public History joined(double seconds, long socket, String tuple, int owner) {
        return one(event(FlowEvent.Kind.OWNER_JOINED, seconds, socket, OWN, tuple, SocketState.CONNECTED, owner));
    }

    public History left(double seconds, long socket, String tuple, int owner) {
        return one(event(FlowEvent.Kind.OWNER_LEFT, seconds, socket, OWN, tuple, SocketState.CONNECTED, owner));
    }

    public History closed(double seconds, long socket, String tuple, int owner) {
        return one(event(FlowEvent.Kind.CLOSED, seconds, socket, OWN, tuple, SocketState.CONNECTED, owner));
    }

    public History watermark(double seconds) {
        return batch(List.of(), seconds);
    }

    /** A packet without a link layer; flags are those of TCP. */
    public static byte[] packet(String flow, int flags) {
        FiveTuple tuple = tuple(flow);
        int from = tuple.local().port();
        int to = tuple.remote().port();
        byte[] payload = switch (tuple.protocol()) {
            case 6 -> Packets.tcp(from, to, flags, 0);
            case 17 -> Packets.udp(from, to, 0);
            case 1 -> Packets.echo(from != 0 ? 8 : 0, from + to);
            default -> new byte[8];
        };
        String source = tuple.local().address().toString();
        String destination = tuple.remote().address().toString();
        return source.contains(":")
                ? Packets.ipv6(source, destination, tuple.protocol(), payload)
                : Packets.ipv4(source, destination, tuple.protocol(), payload);
    }

    /** The owners of both ends with the reasons, such as {@code p1 socket event | p2 listener}; {@code -} for none. */
    public String owners(double seconds, String flow) {
        return owners(seconds, flow, Packets.ACK);
    }

    public String owners(double seconds, String flow, int flags) {
        return owners(seconds, LinkType.RAW, packet(flow, flags));
    }

    public String owners(double seconds, LinkType linkType, byte[] packet) {
        Attribution result = attribute(seconds, linkType, packet);
        return text(result.source()) + " | " + text(result.destination());
    }

    public Attribution attribute(double seconds, LinkType linkType, byte[] packet) {
        PacketEndpoints endpoints = new PacketEndpoints();
        PacketEndpointParser.parse(linkType, ByteBuffer.wrap(packet), 0, packet.length, endpoints);
        long nanos = at(seconds).monotonicNanos();
        fragments.follow(endpoints, nanos);
        attributor.attribute(endpoints, nanos, attribution);
        return attribution;
    }

    private static String text(OwnerMatch match) {
        TreeSet<String> names = new TreeSet<>();
        for (int i = 0; i < match.count(); i++) {
            names.add(match.owner(i).name());
        }
        return names.isEmpty() ? "-" : String.join("+", names) + " " + match.reason();
    }
}
