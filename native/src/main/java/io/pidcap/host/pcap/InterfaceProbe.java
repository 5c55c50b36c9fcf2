package io.pidcap.host.pcap;

import io.pidcap.host.HostException;
import io.pidcap.host.PacketSource;
import io.pidcap.host.PacketSourceConfig;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.HostFeature.Availability;
import io.pidcap.protocol.model.LinkType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.pcap4j.core.NotOpenException;
import org.pcap4j.core.PcapHandle;
import org.pcap4j.core.PcapNativeException;
import org.pcap4j.core.PcapNetworkInterface;
import org.pcap4j.core.PcapNetworkInterface.PromiscuousMode;
import org.pcap4j.core.Pcaps;
import org.pcap4j.packet.Packet;

/** Sends a packet with a random marker through an interface by pcap4j, and looks for it in what a capture there writes. */
public final class InterfaceProbe {
    private static final int SNAPLEN = 1024;
    private static final int BUFFER_BYTES = 2 << 20;
    private static final int MARKER_BYTES = 32;
    private static final int DEADLINE_MILLIS = 3_000;
    /** What others send to the same port meanwhile is not looked at beyond this. */
    private static final int MAX_FILE_BYTES = 1 << 20;

    private static final int RECORD_HEADER = 16;

    private final String name;
    private final String feature;
    private final byte[] marker = new byte[MARKER_BYTES];

    private InterfaceProbe(String name) {
        this.name = name;
        this.feature = "probe " + name;
        new SecureRandom().nextBytes(marker);
    }

    /** @see io.pidcap.host.HostBackend#probeInterface */
    public static HostFeature run(String interfaceName) {
        return new InterfaceProbe(interfaceName).result();
    }

    private HostFeature result() {
        try {
            InterfaceList.useSameLibrary();
            PcapNetworkInterface device = Pcaps.getDevByName(name);
            return device == null ? refused("there is no such interface", "see `pidcap interfaces`") : probe(device);
        } catch (HostException e) {
            return refused(e.getMessage(), e.hint());
        } catch (PcapNativeException | NotOpenException e) {
            return refused("open " + name + " by pcap4j to send: " + e.getMessage(), LibcErrors.PRIVILEGE_HINT);
        } catch (IOException e) {
            return refused("capture into a temporary file: " + e.getMessage(), "");
        }
    }

    private HostFeature refused(String why, String remedy) {
        return new HostFeature(feature, Availability.UNAVAILABLE, why, remedy);
    }

    private HostFeature probe(PcapNetworkInterface device) throws IOException, PcapNativeException, NotOpenException {
        PacketSourceConfig config =
                new PacketSourceConfig(name, SNAPLEN, false, BUFFER_BYTES, "udp dst port " + ProbePacket.DISCARD_PORT);
        Path directory = Files.createTempDirectory("pidcap-probe");
        Path file = directory.resolve("probe.pcap");
        try (PacketSource source = PcapPacketSource.open(LibPcap.INSTANCE, config)) {
            boolean ethernet = source.linkType().equals(LinkType.ETHERNET);
            if (!ethernet && !source.linkType().equals(LinkType.RAW)) {
                return refused(
                        "packets cannot be sent on link type " + source.linkType(),
                        "name one interface, such as lo or eth0");
            }
            try (PacketSource.Segment segment = source.createSegment(file)) {
                return sendAndAwait(source, segment, file, device, ProbePacket.build(device, ethernet, marker));
            }
        } finally {
            Files.deleteIfExists(file);
            Files.deleteIfExists(directory);
        }
    }

    private HostFeature sendAndAwait(
            PacketSource source, PacketSource.Segment segment, Path file, PcapNetworkInterface device, Packet packet)
            throws IOException, PcapNativeException, NotOpenException {
        try (PcapHandle handle = device.openLive(SNAPLEN, PromiscuousMode.NONPROMISCUOUS, 1)) {
            long sentNanoTime = System.nanoTime();
            try {
                handle.sendPacket(packet);
            } catch (PcapNativeException e) {
                return refused(
                        "send a packet (pcap_sendpacket): " + e.getMessage(),
                        "a rule on the way out may drop it: see `nft list ruleset` and `tc filter show dev " + name
                                + " egress`");
            }
            long elapsedMillis = 0;
            while (elapsedMillis < DEADLINE_MILLIS) {
                source.pump(segment, (int) (DEADLINE_MILLIS - elapsedMillis));
                segment.flush();
                elapsedMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sentNanoTime);
                Instant seen = find(file, packet.length(), source.nanosecondTimestamps());
                if (seen != null) {
                    return new HostFeature(feature, Availability.AVAILABLE, saw(packet, seen, elapsedMillis), "");
                }
            }
        }
        return refused(
                "a UDP packet of " + packet.length() + " bytes was sent, and in " + DEADLINE_MILLIS
                        + " ms the capture did not see it",
                "look whether the counters of `ip -s link show " + name + "` grow, and what `tcpdump -i " + name
                        + " udp port 9` sees meanwhile: another program (tc, XDP) or the driver may take packets away");
    }

    private static String saw(Packet packet, Instant seen, long elapsedMillis) {
        return "the capture saw the UDP packet of " + packet.length() + " bytes that was sent: stamped " + seen
                + ", in the file " + elapsedMillis + " ms after the sending";
    }

    /** When the kernel stamped the packet; null: it is not there. */
    private @Nullable Instant find(Path file, int packetLength, boolean nanoseconds) throws IOException {
        byte[] bytes;
        try (InputStream stream = Files.newInputStream(file)) {
            bytes = stream.readNBytes(MAX_FILE_BYTES);
        }
        OptionalInt at = markerIn(bytes);
        int record = at.orElse(-1) + MARKER_BYTES - packetLength - RECORD_HEADER;
        if (at.isEmpty() || record < 0) {
            return null;
        }
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        long fraction = Integer.toUnsignedLong(header.getInt(record + 4));
        return Instant.ofEpochSecond(
                Integer.toUnsignedLong(header.getInt(record)),
                nanoseconds ? fraction : TimeUnit.MICROSECONDS.toNanos(fraction));
    }

    private OptionalInt markerIn(byte[] bytes) {
        ByteBuffer wanted = ByteBuffer.wrap(marker);
        ByteBuffer all = ByteBuffer.wrap(bytes);
        for (int i = 0; i + MARKER_BYTES <= bytes.length; i++) {
            if (all.slice(i, MARKER_BYTES).equals(wanted)) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }
}
