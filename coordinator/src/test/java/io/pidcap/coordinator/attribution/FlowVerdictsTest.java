package io.pidcap.coordinator.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.packet.FlowKey;
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
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.model.SocketState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Seeded histories in which everything changes on which an answer depends, and questions all over the time that is not
 * forgotten: what was remembered must be what the attributor says now.
 */
class FlowVerdictsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final List<String> ADDRESSES = List.of("127.0.0.1", "10.0.0.1", "10.9.9.9", "224.0.0.251");
    private static final List<LocalAddress> LOCAL = List.of(
            new LocalAddress(1, Packets.address("10.0.0.1")),
            new LocalAddress(2, Packets.address("10.9.9.9")),
            new LocalAddress(1, Packets.address("10.9.9.9")));

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);
    private final ProcessRegistry processes = new ProcessRegistry(ProcessSelector.ofNames("wanted"));
    private final FlowTimeline timeline = new FlowTimeline(processes, seed);
    private final Attributor attributor = new Attributor(timeline);
    private final FlowVerdicts verdicts = new FlowVerdicts(timeline, seed, FlowVerdicts.FEW_PLACES);
    private final List<FlowEvent> sockets = new ArrayList<>();
    private long now = 100 * SECOND;
    private long forgotten;
    private long nextSocket = 1;
    private int found;
    private int kept;

    @RepeatedTest(10)
    void shouldAnswerAsTheAttributorDoes() {
        timeline.snapshot(new SocketSnapshot(observed(now), 1, List.of(), List.of(), LOCAL.subList(0, 2)));
        for (int step = 0; step < 300; step++) {
            // From bursts within the head to pauses as long as the tail of TCP.
            now += (long) (Math.pow(10, random.nextDouble() * 5.5) * 100_000);
            happen();
            for (int question = 0; question < 60; question++) {
                ask(Math.max(forgotten, now - (long) (random.nextDouble() * (now - forgotten))));
            }
            if (random.nextInt(50) == 0) {
                forgotten = Math.max(forgotten, now - (long) (random.nextDouble() * 100 * SECOND));
                timeline.forgetBefore(forgotten);
            }
        }
        assertThat(found).as("seed %d: answers that were remembered", seed).isGreaterThan(500);
        assertThat(kept).as("seed %d: packets kept by them", seed).isGreaterThan(20);
    }

    private static ObservedTime observed(long monotonicNanos) {
        return new ObservedTime(monotonicNanos, -monotonicNanos);
    }

    private void happen() {
        boolean moved = random.nextInt(40) == 0;
        List<LocalAddress> addresses = moved ? LOCAL.subList(random.nextInt(2), 2 + random.nextInt(2)) : List.of();
        List<FlowEvent> events = random.nextInt(4) == 0 ? List.of(event()) : List.of();
        timeline.batch(new FlowBatch(programs(), events, List.of(), moved, addresses, 0, observed(now)));
    }

    /** Now and then a process becomes another program, which changes whether it is wanted. */
    private List<ProcessInfo> programs() {
        if (random.nextInt(20) > 0) {
            return List.of();
        }
        String name = random.nextBoolean() ? "wanted" : "other";
        ProcessInfo info = new ProcessInfo(History.process(1 + random.nextInt(5)), 1, name, name, null, List.of(), 0);
        ObservedTime since = observed(now - random.nextInt(1_000_000_000));
        return List.of(random.nextBoolean() ? info.withOwnProgramSince(since) : info.withChangedSince(since));
    }

    private FlowEvent event() {
        int choice = random.nextInt(8);
        if (sockets.isEmpty() || (choice < 3 && sockets.size() < 20)) {
            FiveTuple tuple = tuple();
            SocketState state = tuple.isConnected()
                    ? SocketState.CONNECTED
                    : tuple.protocol() == 6 && random.nextBoolean() ? SocketState.LISTENING : SocketState.BOUND;
            FlowEvent opened = event(Kind.OPENED, nextSocket++, 1 + random.nextInt(2), tuple, state);
            sockets.add(opened);
            return opened;
        }
        int index = random.nextInt(sockets.size());
        FlowEvent of = sockets.get(index);
        Kind kind = choice == 3 ? Kind.OWNER_JOINED : choice == 4 ? Kind.OWNER_LEFT : Kind.CLOSED;
        if (kind == Kind.CLOSED) {
            sockets.remove(index);
        }
        return event(kind, of.socketId(), of.netnsId(), of.tuple(), of.state());
    }

    private FlowEvent event(Kind kind, long socket, long netns, FiveTuple tuple, SocketState state) {
        return new FlowEvent(kind, observed(now), socket, netns, tuple, state, History.process(1 + random.nextInt(5)));
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

    private void ask(long at) {
        Endpoint source = end();
        Endpoint destination = end();
        boolean tcp = random.nextBoolean();
        int flags = random.nextBoolean() ? Packets.SYN : Packets.ACK;
        byte[] payload = tcp
                ? Packets.tcp(source.port(), destination.port(), flags, 0)
                : Packets.udp(source.port(), destination.port(), 20);
        byte[] ip =
                Packets.ipv4(source.address().toString(), destination.address().toString(), tcp ? 6 : 17, payload);
        ByteBuffer frame = ByteBuffer.wrap(
                random.nextInt(4) == 0 ? Packets.broadcastEthernet(0x800, ip) : Packets.ethernet(0x800, ip));
        PacketEndpoints endpoints = new PacketEndpoints();
        PacketEndpointParser.parse(LinkType.ETHERNET, frame, 0, frame.limit(), endpoints);
        Attribution asked = new Attribution();
        attributor.attribute(endpoints, at, asked);
        FlowKey key = new FlowKey();
        assertThat(key.read(LinkType.ETHERNET, frame, 0, frame.limit())).isTrue();

        FlowVerdict verdict = verdicts.find(key, at);

        if (verdict == null) {
            if (asked.selected()) {
                verdicts.rememberKept(key, asked, null);
            } else {
                verdicts.rememberSkipped(key, asked);
            }
            verdict = verdicts.find(key, at);
        } else {
            found++;
        }
        FlowVerdict answer = Objects.requireNonNull(verdict, "seed " + seed + ": " + endpoints + " at " + at);
        kept += answer.isKept() ? 1 : 0;
        assertThat(answer.cause()).as("seed %d, %s at %d", seed, endpoints, at).isEqualTo(asked.cause());
        assertThat(pids(answer.wantedOwners()))
                .as("seed %d, wanted owners of %s at %d", seed, endpoints, at)
                .isEqualTo(wanted(asked));
        assertThat(answer.isKept()).isEqualTo(asked.selected());
        assertThat(answer.reason()).isEqualTo(asked.selected() ? asked.reason() : null);
    }

    private static Set<Integer> pids(List<TrackedProcess> owners) {
        Set<Integer> pids = new TreeSet<>();
        owners.forEach(owner -> pids.add(owner.identity().pid()));
        assertThat(pids).hasSameSizeAs(owners);
        return pids;
    }

    private static Set<Integer> wanted(Attribution asked) {
        Set<Integer> pids = new TreeSet<>();
        for (OwnerMatch match : List.of(asked.source(), asked.destination())) {
            for (int i = 0; i < match.count(); i++) {
                if (match.isSelected(match.owner(i))) {
                    pids.add(match.owner(i).identity().pid());
                }
            }
        }
        return pids;
    }
}
