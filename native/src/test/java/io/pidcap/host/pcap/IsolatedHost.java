package io.pidcap.host.pcap;

import io.pidcap.host.ChildProcess;
import io.pidcap.host.HostException;
import io.pidcap.host.PacketSource;
import io.pidcap.host.PacketSourceConfig;
import java.nio.file.Path;

/**
 * The cases that need a host of their own: run in a child JVM inside fresh network and mount namespaces, which vanish with
 * it. Prints the refusal as {@code CODE message | hint}.
 */
final class IsolatedHost {
    private static final PacketSourceConfig ON_DUMMY = new PacketSourceConfig("pidcap0", 65535, false, 1 << 20, "");

    private IsolatedHost() {}

    public static void main(String[] arguments) {
        try {
            switch (arguments[0]) {
                case "lost" -> lost(Path.of(arguments[1]));
                case "down" -> down();
                case "full" -> full(Path.of(arguments[1]));
                case "full-at-flush" -> fullAtFlush(Path.of(arguments[1]));
                case "open" -> PcapPacketSource.open(ON_DUMMY).close();
                case "probe" -> PcapFeatures.probe().forEach(System.out::println);
                default -> throw new IllegalArgumentException(arguments[0]);
            }
        } catch (HostException e) {
            System.out.println(e.code() + " " + e.getMessage() + " | " + e.hint());
        }
    }

    private static void addDummy() {
        ChildProcess.run("ip", "link", "add", "pidcap0", "type", "dummy");
    }

    private static void lost(Path directory) {
        addDummy();
        ChildProcess.run("ip", "link", "set", "pidcap0", "up");
        try (PacketSource source = PcapPacketSource.open(ON_DUMMY);
                PacketSource.Segment segment = source.createSegment(directory.resolve("lost.pcap"))) {
            ChildProcess.run("ip", "link", "del", "pidcap0");
            for (int i = 0; i < 1000; i++) {
                source.pump(segment);
            }
        }
    }

    private static void down() {
        addDummy();
        PcapPacketSource.open(ON_DUMMY).close();
    }

    private static void mountSmall(Path directory) {
        ChildProcess.run("mount", "-t", "tmpfs", "-o", "size=64k", "none", directory.toString());
        ChildProcess.run("ip", "link", "set", "lo", "up");
    }

    /** The file system is full while packets are copied. */
    private static void full(Path directory) {
        mountSmall(directory);
        capturePings(directory, 400, 2);
    }

    /** What is to be written fits into the stream's buffer, so that the flush is the first to know. */
    private static void fullAtFlush(Path directory) {
        mountSmall(directory);
        capturePings(directory, 60, 1);
    }

    private static void capturePings(Path directory, int count, int rounds) {
        PacketSourceConfig onLo = new PacketSourceConfig("lo", 65535, false, 4 << 20, "");
        try (PacketSource source = PcapPacketSource.open(onLo)) {
            PacketSource.Segment segment = source.createSegment(directory.resolve("full.pcap"));
            try {
                for (int round = 0; round < rounds; round++) {
                    ChildProcess.run(
                            "ping", "-n", "-q", "-f", "-c", Integer.toString(count / 2), "-s", "1400", "127.0.0.1");
                    long until = System.currentTimeMillis() * 1_000_000 + 1_000_000;
                    while (source.drainedUntilEpochNanos() < until) {
                        source.pump(segment);
                    }
                }
                segment.flush();
            } finally {
                System.out.println(
                        "length " + directory.resolve("full.pcap").toFile().length() + " written "
                                + source.counters().writtenPackets());
                segment.close();
            }
        }
    }
}
