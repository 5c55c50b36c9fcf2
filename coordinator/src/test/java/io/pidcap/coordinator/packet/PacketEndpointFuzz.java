package io.pidcap.coordinator.packet;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pidcap.protocol.model.LinkType;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Hostile packets of each link type: the parser says something of them, and looks at nothing beyond their bytes. */
final class PacketEndpointFuzz {
    private static final int[] LINK_TYPES = {0, 1, 101, 108, 113, 228, 229, 276, 147};
    private static final int MARGIN_BYTES = 64;

    private final PacketEndpoints first = new PacketEndpoints();
    private final PacketEndpoints second = new PacketEndpoints();

    /** The first byte chooses the link type. */
    @FuzzTest(maxDuration = "10s")
    void shouldStayWithinThePacket(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        LinkType linkType = new LinkType(LINK_TYPES[Byte.toUnsignedInt(bytes[0]) % LINK_TYPES.length]);
        parse(linkType, bytes, (byte) 0x00, first);
        parse(linkType, bytes, (byte) 0xff, second);
        assertThat(first.toString()).isEqualTo(second.toString());
    }

    /** Between other bytes, which must not matter. */
    private static void parse(LinkType linkType, byte[] bytes, byte margin, PacketEndpoints into) {
        int length = bytes.length - 1;
        byte[] memory = new byte[length + 2 * MARGIN_BYTES];
        Arrays.fill(memory, margin);
        System.arraycopy(bytes, 1, memory, MARGIN_BYTES, length);
        PacketEndpointParser.parse(linkType, ByteBuffer.wrap(memory), MARGIN_BYTES, length, into);
    }
}
