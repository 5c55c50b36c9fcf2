package io.pidcap.host.pcap;

import io.pidcap.host.ChildProcess;
import io.pidcap.host.HostException;
import io.pidcap.host.PacketSource;
import io.pidcap.host.PacketSourceConfig;
import io.pidcap.host.UdpSender;
import io.pidcap.protocol.model.CaptureCounters;
import java.nio.file.Path;
import java.util.List;

/**
 * The cases that need a host of their own: run in a child JVM inside fresh network and mount namespaces, which vanish with
 * it. Prints the refusal as {@code CODE message | hint}.
 */
final class IsolatedHost {
    private static final PacketSourceConfig ON_DEVICE = new PacketSourceConfig("pidcap0", 65535, false, 1 << 20, "");

    private IsolatedHost() {}

    public static void main(String[] arguments) {
        try {
            switch (arguments[0]) {
                case "lost" -> lost(Path.of(arguments[1]));
                case "down" -> down();
                case "full" -> full(Path.of(arguments[1]));
                case "full-at-flush" -> fullAtFlush(Path.of(arguments[1]));
                case "open" ->
                    PcapPacketSource.open(LibPcap.INSTANCE, ON_DEVICE).close();
                case "probe" ->
                    PcapFeatures.probe(LibPcap.INSTANCE, () -> List.of("any", "lo"))
                            .forEach(System.out::println);
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        } catch (HostException e) {
            System.out.println(e.code() + " " + e.getMessage() + " | " + e.hint());
        }
    }

    /** A device of whichever kind this kernel has. */
    private static void addDevice() {
        AssertionError refusals = new AssertionError("no kind of virtual device can be made");
        for (String kind : List.of("dummy", "bridge", "ifb")) {
            try {
                ChildProcess.run("ip", "link", "add", "name", "pidcap0", "type", kind);
                return;
            } catch (AssertionError e) {
                refusals.addSuppressed(e);
            }
        }
        throw refusals;
    }

    private static void lost(Path directory) {
        addDevice();
        ChildProcess.run("ip", "link", "set", "pidcap0", "up");
        try (PacketSource source = PcapPacketSource.open(LibPcap.INSTANCE, ON_DEVICE);
                PacketSource.Segment segment = source.createSegment(directory.resolve("lost.pcap"))) {
            ChildProcess.run("ip", "link", "del", "pidcap0");
            for (int i = 0; i < 1000; i++) {
                source.pump(segment, 10);
            }
        }
    }

    private static void down() {
        addDevice();
        PcapPacketSource.open(LibPcap.INSTANCE, ON_DEVICE).close();
    }

    private static void mountSmall(Path directory) {
        ChildProcess.run("mount", "-t", "tmpfs", "-o", "size=64k", "none", directory.toString());
        ChildProcess.run("ip", "link", "set", "lo", "up");
    }

    /** More than the file system and the stream's buffer hold: a copy fails. */
    private static void full(Path directory) {
        mountSmall(directory);
        capture(directory, 400);
    }

    /** More than the file system holds, but the stream's buffer takes it all: the flush fails. */
    private static void fullAtFlush(Path directory) {
        mountSmall(directory);
        capture(directory, 100);
    }

    private static void capture(Path directory, int count) {
        PacketSourceConfig onLo = new PacketSourceConfig("lo", 65535, false, 4 << 20, "udp");
        Path file = directory.resolve("full.pcap");
        PacketSource source = PcapPacketSource.open(LibPcap.INSTANCE, onLo);
        try (source) {
            PacketSource.Segment segment = source.createSegment(file);
            ChildProcess.run(ChildProcess.javaCommand(UdpSender.class, "9", Integer.toString(count), "1400"));
            int pumped = 0;
            while (pumped < count) {
                pumped += source.pump(segment, 10);
            }
            segment.flush();
        } finally {
            CaptureCounters counters = source.counters();
            System.out.println("length " + file.toFile().length() + ", written " + counters.writtenPackets() + " of "
                    + (counters.writtenPackets() + counters.unwrittenPackets()));
        }
    }
}
