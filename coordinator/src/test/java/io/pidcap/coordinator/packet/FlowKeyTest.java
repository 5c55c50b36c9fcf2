package io.pidcap.coordinator.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.packet.PacketEndpoints.Part;
import io.pidcap.protocol.model.LinkType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** The parser is the oracle: what a key says of a packet, it must say too. */
class FlowKeyTest {
    private static final List<LinkType> LINK_TYPES =
            List.of(LinkType.ETHERNET, LinkType.LINUX_SLL, LinkType.LINUX_SLL2, LinkType.RAW, LinkType.NULL);

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    /** Few values, so that packets are often alike. */
    private byte[] packet(LinkType linkType) {
        boolean four = random.nextBoolean();
        String network = four ? "10.0.0." : random.nextInt(4) == 0 ? "::ffff:10.0.0." : "fd00::";
        String source = network + random.nextInt(3);
        if (random.nextInt(10) == 0) {
            source = four ? "0.0.0.0" : "::";
        }
        String destination = network + random.nextInt(3);
        int from = 1 + random.nextInt(2);
        int to = 1 + random.nextInt(2);
        int protocol = random.nextInt(5) == 0 ? 1 : random.nextBoolean() ? 6 : 17;
        byte[] payload = switch (protocol) {
            case 6 -> Packets.tcp(from, to, random.nextBoolean() ? Packets.SYN : Packets.ACK, 20);
            case 17 -> Packets.udp(from, to, 20);
            default -> new byte[30];
        };
        byte[] ip = four
                ? Packets.ipv4(source, destination, protocol, payload)
                : Packets.ipv6(source, destination, protocol, payload);
        int type = four ? 0x800 : 0x86dd;
        return switch (linkType.value()) {
            case 1 -> random.nextBoolean() ? Packets.ethernet(type, ip) : Packets.broadcastEthernet(type, ip);
            case 113 -> Packets.sll(random.nextInt(5), type, ip);
            case 276 -> Packets.sll2(random.nextInt(5), type, ip);
            default -> ip;
        };
    }

    /** Often none, sometimes a bit of the headers is another one, or the end is missing. */
    private byte[] damaged(byte[] packet) {
        byte[] damaged = packet.clone();
        if (random.nextInt(3) == 0) {
            damaged[random.nextInt(Math.min(70, damaged.length))] ^= (byte) (1 << random.nextInt(8));
        }
        return random.nextInt(4) == 0 ? Arrays.copyOf(damaged, random.nextInt(damaged.length + 1)) : damaged;
    }

    private static List<Long> numbers(FlowKey key) {
        return List.of(key.sourceHigh(), key.sourceLow(), key.destinationHigh(), key.destinationLow(), key.rest());
    }

    @RepeatedTest(5)
    void shouldGiveEqualKeysOnlyToPacketsOfEqualEnds() {
        for (LinkType linkType : LINK_TYPES) {
            Map<List<Long>, String> seen = new HashMap<>();
            int plain = 0;
            for (int i = 0; i < 20_000; i++) {
                byte[] bytes = damaged(packet(linkType));
                ByteBuffer buffer = ByteBuffer.wrap(Packets.join(new byte[7], bytes))
                        .order(random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
                FlowKey key = new FlowKey();
                if (!key.read(linkType, buffer, 7, bytes.length)) {
                    continue;
                }
                plain++;
                PacketEndpoints ends = new PacketEndpoints();
                PacketEndpointParser.parse(linkType, buffer, 7, bytes.length, ends);
                boolean isPlain = ends.cause() == null
                        && ends.part() == Part.WHOLE
                        && !ends.quoted()
                        && ends.sourceCanOwn()
                        && ends.destinationCanOwn();
                assertThat(isPlain).as("seed %d, %s", seed, ends).isTrue();
                String all = ends + " " + ends.opensTcp() + ends.linkGroup() + ends.direction();
                String before = seen.putIfAbsent(numbers(key), all);
                assertThat(before == null || before.equals(all))
                        .as("seed %d: %s has the key of %s", seed, all, before)
                        .isTrue();
            }
            assertThat(plain > 5000).as("%s: %d plain packets", linkType, plain).isEqualTo(linkType.value() != 0);
        }
    }

    @Test
    void shouldReadPacketsThatTheKernelHasNotCutYet() {
        byte[] ip = Packets.ipv4("10.0.0.1", "10.0.0.2", 6, Packets.tcp(1, 2, Packets.ACK, 100));
        ip[2] = 0;
        ip[3] = 0;
        byte[] frame = Packets.ethernet(0x800, ip);

        assertThat(new FlowKey().read(LinkType.ETHERNET, ByteBuffer.wrap(frame), 0, frame.length))
                .isTrue();
    }
}
