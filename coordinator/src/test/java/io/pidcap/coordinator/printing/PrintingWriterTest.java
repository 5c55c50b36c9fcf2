package io.pidcap.coordinator.printing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.pidcap.coordinator.packet.Packets;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.PacketNote;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.NotedProcess;
import io.pidcap.protocol.model.ProcessIdentity;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PrintingWriterTest {
    private static final InterfaceDescription TUN = new InterfaceDescription("tun0", LinkType.RAW, 262144, "");
    private static final InterfaceDescription WG = new InterfaceDescription("wg0", LinkType.RAW, 262144, "");
    private static final byte[] PACKET =
            Packets.ipv4("192.0.2.1", "198.51.100.2", 17, 0, 0, new byte[0], Packets.udp(1000, 53, 4));

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final PrintingWriter writer = new PrintingWriter(out, "out", new PacketLine(ZoneOffset.UTC)::of);

    private void packet(PrintingWriter to, int interfaceId, int originalLength, @Nullable PacketNote note)
            throws IOException {
        ByteBuffer data =
                ByteBuffer.allocateDirect(PACKET.length + 5).put(5, PACKET).limit(2);
        to.write(
                interfaceId,
                1_700_000_000_000_000_001L,
                originalLength,
                data,
                5,
                PACKET.length,
                note == null ? null : to.label(List.of(note)));
    }

    private static PacketNote note(@Nullable String process, @Nullable String peer) {
        return new PacketNote(process(process), "snapshot", process(peer), PacketNote.Direction.UNKNOWN);
    }

    private static @Nullable NotedProcess process(@Nullable String name) {
        return name == null ? null : new NotedProcess(new ProcessIdentity(name.length(), 1), name, null, List.of());
    }

    private List<String> lines() {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void shouldPrintEachPacketWithItsProcess() throws IOException {
        writer.addInterface(TUN);
        packet(writer, 0, PACKET.length, note("curl", "nginx"));
        packet(writer, 0, 1500, note("evil\u001b[2J\nname", null));
        packet(writer, 0, PACKET.length, note(null, null));
        packet(writer, 0, PACKET.length, null);
        assertThat(lines()).isEmpty();
        writer.flush();
        String time = "2023-11-14 22:13:20.000000001 ";
        String flow = "IP 192.0.2.1.1000 > 198.51.100.2.53: UDP, length 32";
        assertThat(lines())
                .containsExactly(
                        time + "curl[4] " + flow + ", peer nginx[5]",
                        time + "evil?[2J?name[13] " + flow.replace("length 32", "length 1500 (32 captured)"),
                        time + "- " + flow,
                        time + "- " + flow);
        assertThat(writer.length()).isEqualTo(out.size());
    }

    @Test
    void shouldNameTheInterfaceWhereThereAreSeveral() throws IOException {
        writer.addInterface(TUN);
        assertThat(writer.addInterface(WG)).isEqualTo(1);
        packet(writer, 1, PACKET.length, note("curl", null));
        writer.close();
        writer.close();
        assertThat(lines()).hasSize(1).first().asString().contains(" curl[4] wg0 IP ");
    }

    @Test
    void shouldWriteNothingAfterAnError() throws IOException {
        OutputStream broken = new OutputStream() {
            private int room = 100;

            @Override
            public void write(int one) throws IOException {
                if (room-- == 0) {
                    throw new IOException("Broken pipe");
                }
            }
        };
        PrintingWriter failing = new PrintingWriter(broken, "standard output", PacketJson::line);
        failing.addInterface(TUN);
        packet(failing, 0, PACKET.length, null);
        assertThatIOException().isThrownBy(failing::flush).withMessage("write standard output: Broken pipe");
        packet(failing, 0, PACKET.length, null);
        assertThatIOException().isThrownBy(failing::flush).withMessageContaining("an earlier write failed");
        failing.close();
        assertThat(failing.length()).isZero();
    }
}
