package io.pidcap.protocol.wire;

import io.pidcap.protocol.model.CaptureCounters;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowGap;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.PrefilterDecision;
import io.pidcap.protocol.model.PrefilterSeen;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.model.SocketState;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Records with any content that the model allows. */
final class RandomModel {
    private final Random random;

    RandomModel(long seed) {
        random = new Random(seed);
    }

    <T> List<T> list(int count, Supplier<T> one) {
        return Stream.generate(one).limit(count).toList();
    }

    private <T> List<T> few(Supplier<T> one) {
        return list(random.nextInt(4), one);
    }

    private <T> T any(T[] values) {
        return values[random.nextInt(values.length)];
    }

    private String text() {
        return any(new String[] {"", "curl", "größe", "\u0000\n", "日本", "x".repeat(300)});
    }

    private long number() {
        return any(new Long[] {0L, 1L, -1L, Long.MAX_VALUE, Long.MIN_VALUE, random.nextLong()});
    }

    ObservedTime time() {
        return new ObservedTime(number(), number());
    }

    ProcessIdentity identity() {
        return new ProcessIdentity(1 + random.nextInt(Integer.MAX_VALUE), number());
    }

    ProcessInfo process() {
        return new ProcessInfo(
                identity(),
                random.nextInt(Integer.MAX_VALUE),
                text(),
                text(),
                random.nextBoolean() ? null : text(),
                few(this::text),
                number(),
                random.nextBoolean() ? null : time(),
                random.nextBoolean() ? null : time());
    }

    IpAddress address() {
        return switch (random.nextInt(4)) {
            case 0 -> IpAddress.ANY;
            case 1 -> IpAddress.ofIpv4(random.nextInt());
            case 2 -> new IpAddress(0, 1);
            default -> new IpAddress(random.nextLong(), random.nextLong());
        };
    }

    FiveTuple tuple() {
        return new FiveTuple(random.nextInt(256), endpoint(), endpoint());
    }

    private Endpoint endpoint() {
        return new Endpoint(address(), any(new Integer[] {0, 1, 65535, random.nextInt(65536)}));
    }

    SocketEntry socket() {
        return new SocketEntry(
                random.nextLong() | 1,
                number(),
                tuple(),
                any(SocketState.values()),
                few(this::identity),
                any(new Integer[] {0, 4, 6}));
    }

    LocalAddress localAddress() {
        return new LocalAddress(number(), address());
    }

    FlowEvent event() {
        return new FlowEvent(
                any(FlowEvent.Kind.values()),
                time(),
                random.nextLong() | 1,
                number(),
                tuple(),
                any(SocketState.values()),
                identity());
    }

    InterfaceInfo networkInterface() {
        return new InterfaceInfo(
                "if" + random.nextInt(),
                text(),
                few(() -> new InterfaceInfo.Address(address(), random.nextInt(130) - 1)),
                few(() -> new LinkType(random.nextInt(65536))),
                random.nextBoolean(),
                random.nextBoolean(),
                random.nextBoolean());
    }

    HostFeature feature() {
        return new HostFeature("feature" + random.nextInt(), any(HostFeature.Availability.values()), text(), text());
    }

    CaptureCounters counters() {
        return new CaptureCounters(
                random.nextLong() >>> 1,
                random.nextLong() >>> 1,
                random.nextLong() >>> 1,
                random.nextLong() >>> 1,
                random.nextLong() >>> 1,
                random.nextLong() >>> 1);
    }

    PrefilterSeen prefilterSeen(int size) {
        return new PrefilterSeen(
                random.nextLong() >>> 1,
                random.nextLong() >>> 1,
                list(size, this::pid),
                list(size, this::pid),
                list(size, this::prefilterPort),
                list(size, () -> new PrefilterSeen.PortCount(prefilterPort(), random.nextLong() >>> 1)));
    }

    PrefilterDecision prefilterDecision(int size) {
        return new PrefilterDecision(
                random.nextLong() >>> 1,
                list(size, this::pid),
                list(size, this::pid),
                list(size, this::pid),
                list(
                        size,
                        () -> new PrefilterDecision.PortMark(
                                prefilterPort(), random.nextLong() >>> 1, any(PrefilterDecision.Owners.values()))),
                random.nextLong() >>> 1);
    }

    private int pid() {
        return 1 + random.nextInt(1 << 22);
    }

    private int prefilterPort() {
        return random.nextInt(2 * PrefilterDecision.PORTS);
    }

    SocketSnapshot snapshot(int size) {
        return new SocketSnapshot(
                time(),
                number(),
                list(random.nextInt(size + 1), this::process),
                list(random.nextInt(size + 1), this::socket),
                list(random.nextInt(size + 1), this::localAddress));
    }

    FlowBatch batch(int size) {
        return new FlowBatch(
                list(random.nextInt(size + 1), this::process),
                list(random.nextInt(size + 1), this::event),
                list(random.nextInt(size + 1), this::identity),
                random.nextBoolean(),
                list(random.nextInt(size + 1), this::localAddress),
                random.nextLong() >>> 1,
                time(),
                random.nextBoolean() ? new FlowGap(time(), time()) : null);
    }
}
