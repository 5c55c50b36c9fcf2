package io.pidcap.coordinator.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.packet.PacketEndpointParser;
import io.pidcap.coordinator.packet.PacketEndpoints;
import io.pidcap.coordinator.packet.Packets;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.model.SocketState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;

/** Seeded histories: sockets open, connect, are passed on, are left and close; the index must agree with the oracle. */
class RandomHistoryTest {
    private static final long SECOND = 1_000_000_000L;
    private static final List<String> ADDRESSES = List.of("127.0.0.1", "10.0.0.1", "172.17.0.2", "10.9.9.9");
    private static final List<LocalAddress> LOCAL = List.of(
            new LocalAddress(1, Packets.address("10.0.0.1")), new LocalAddress(2, Packets.address("172.17.0.2")));

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final ProcessRegistry processes = new ProcessRegistry(ProcessSelector.ofNames("none"));
    private final FlowTimeline timeline = new FlowTimeline(processes, seed);
    private final Attributor attributor = new Attributor(timeline);
    private final SlowOracle oracle = new SlowOracle(1, LOCAL);
    private final List<FlowEvent> sockets = new ArrayList<>();
    private long now = SECOND;
    private long nextSocket = 1;

    @RepeatedTest(10)
    void shouldAgreeWithSlowOracle() {
        timeline.snapshot(new SocketSnapshot(new ObservedTime(1, 0), 1, List.of(), List.of(), LOCAL));
        long forgotten = 0;
        for (int step = 0; step < 700; step++) {
            // From bursts within the head to pauses as long as the tail of TCP.
            now += (long) (Math.pow(10, random.nextDouble() * 5.5) * 100_000);
            FlowEvent event = nextEvent();
            oracle.apply(event);
            timeline.batch(new FlowBatch(
                    List.of(), List.of(event), List.of(), false, List.of(), 0, new ObservedTime(now, -now)));
            if (step % 10 == 9) {
                for (int question = 0; question < 20; question++) {
                    long at = now - (long) (random.nextDouble() * (now - forgotten));
                    compare(Math.max(at, forgotten));
                }
            }
            if (step % 100 == 99) {
                forgotten = Math.max(forgotten, now - (long) (random.nextDouble() * 100 * SECOND));
                timeline.forgetBefore(forgotten);
            }
        }
    }

    private FlowEvent nextEvent() {
        int choice = random.nextInt(10);
        if (sockets.isEmpty() || (choice < 4 && sockets.size() < 40)) {
            FiveTuple tuple = tuple();
            SocketState state = tuple.isConnected()
                    ? SocketState.CONNECTED
                    : tuple.protocol() == 6 && random.nextBoolean() ? SocketState.LISTENING : SocketState.BOUND;
            FlowEvent event = event(Kind.OPENED, nextSocket++, 1 + random.nextInt(2), tuple, state);
            sockets.add(event);
            return event;
        }
        int index = random.nextInt(sockets.size());
        FlowEvent of = sockets.get(index);
        return switch (choice) {
            case 4 -> event(Kind.OWNER_JOINED, of.socketId(), of.netnsId(), of.tuple(), of.state());
            case 5 -> event(Kind.OWNER_LEFT, of.socketId(), of.netnsId(), of.tuple(), of.state());
            case 6 -> {
                FiveTuple tuple = new FiveTuple(of.tuple().protocol(), end(), end());
                yield event(Kind.OPENED, of.socketId(), of.netnsId(), tuple, SocketState.CONNECTED);
            }
            default -> {
                sockets.remove(index);
                yield event(Kind.CLOSED, of.socketId(), of.netnsId(), of.tuple(), of.state());
            }
        };
    }

    private FlowEvent event(Kind kind, long socket, long netns, FiveTuple tuple, SocketState state) {
        return new FlowEvent(
                kind, new ObservedTime(now, -now), socket, netns, tuple, state, History.process(1 + random.nextInt(5)));
    }

    private FiveTuple tuple() {
        int protocol = random.nextBoolean() ? 6 : 17;
        return switch (random.nextInt(3)) {
            case 0 -> new FiveTuple(protocol, end(), Endpoint.NONE);
            case 1 -> new FiveTuple(protocol, new Endpoint(IpAddress.ANY, end().port()), Endpoint.NONE);
            default -> new FiveTuple(protocol, end(), end());
        };
    }

    private Endpoint end() {
        return new Endpoint(Packets.address(ADDRESSES.get(random.nextInt(ADDRESSES.size()))), 1 + random.nextInt(2));
    }

    private void compare(long at) {
        int protocol = random.nextBoolean() ? 6 : 17;
        Endpoint source = end();
        Endpoint destination = end();
        boolean opens = protocol == 6 && random.nextBoolean();
        byte[] payload = protocol == 6
                ? Packets.tcp(source.port(), destination.port(), opens ? Packets.SYN : Packets.ACK, 0)
                : Packets.udp(source.port(), destination.port(), 0);
        byte[] packet =
                Packets.ipv4(source.address().toString(), destination.address().toString(), protocol, payload);
        PacketEndpoints endpoints = new PacketEndpoints();
        PacketEndpointParser.parse(LinkType.RAW, ByteBuffer.wrap(packet), 0, packet.length, endpoints);
        Attribution result = new Attribution();
        attributor.attribute(endpoints, at, result);
        assertThat(pids(result.source()))
                .as("seed %d, source of %s at %d", seed, endpoints, at)
                .isEqualTo(oracle.owners(protocol, source, destination, opens, at));
        assertThat(pids(result.destination()))
                .as("seed %d, destination of %s at %d", seed, endpoints, at)
                .isEqualTo(oracle.owners(protocol, destination, source, opens, at));
    }

    private static Set<Integer> pids(OwnerMatch match) {
        Set<Integer> pids = new TreeSet<>();
        for (int i = 0; i < match.count(); i++) {
            pids.add(match.owner(i).identity().pid());
        }
        return pids;
    }
}
