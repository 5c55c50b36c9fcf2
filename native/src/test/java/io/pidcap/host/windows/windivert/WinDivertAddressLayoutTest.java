package io.pidcap.host.windows.windivert;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.windows.DivertEvent;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WinDivertAddressLayoutTest {
    private static WinDivertRecord parse(DivertEvent event) {
        return Objects.requireNonNull(WinDivertAddressLayout.parse(event.bytes()), event.toString());
    }

    @Test
    void shouldReadAddressesOfBothVersions() {
        WinDivertRecord ipv4 = parse(DivertEvent.of(DivertEvent.CONNECT, 7, 700, DivertEvent.TCP, "192.0.2.1", 50000)
                .to("198.51.100.2", 443)
                .at(123));
        assertThat(ipv4.event()).isEqualTo(WinDivertEvent.SOCKET_CONNECT);
        assertThat(ipv4.connected()).hasToString("tcp 192.0.2.1:50000 > 198.51.100.2:443");
        assertThat(ipv4.ticks()).isEqualTo(123);
        assertThat(ipv4.endpointId()).isEqualTo(7);
        assertThat(ipv4.pid()).isEqualTo(700);

        WinDivertRecord ipv6 =
                parse(DivertEvent.of(DivertEvent.ESTABLISHED, -1, 4, DivertEvent.UDP, "2001:db8::1", 65535)
                        .to("fe80::1:2", 1));
        assertThat(ipv6.event()).isEqualTo(WinDivertEvent.FLOW_ESTABLISHED);
        assertThat(ipv6.connected()).hasToString("udp [2001:db8::1]:65535 > [fe80::1:2]:1");
    }

    @Test
    void shouldTakeAnUnspecifiedAddressOfEitherVersionForAny() {
        assertThat(parse(DivertEvent.of(DivertEvent.BIND, 1, 1, DivertEvent.UDP, "0.0.0.0", 53))
                        .bound())
                .isEqualTo(parse(DivertEvent.of(DivertEvent.BIND, 1, 1, DivertEvent.UDP, "::", 53))
                        .bound())
                .hasToString("udp *:53");
    }

    @Test
    void shouldRefuseWhatIsNoEventOfTheseLayers() {
        byte[] bytes = DivertEvent.of(DivertEvent.BIND, 1, 1, DivertEvent.UDP, "::", 53)
                .bytes();
        for (int layer = 0; layer < 256; layer++) {
            for (int event = 0; event < 256; event++) {
                bytes[8] = (byte) layer;
                bytes[9] = (byte) event;
                boolean flow = layer == 2 && event >= 1 && event <= 2;
                boolean socket = layer == 3 && event >= 3 && event <= 7;
                assertThat(WinDivertAddressLayout.parse(bytes) != null)
                        .as("layer %d event %d", layer, event)
                        .isEqualTo(flow || socket);
            }
        }
        assertThat(WinDivertAddressLayout.parse(Arrays.copyOf(bytes, 79))).isNull();
    }

    @Test
    void shouldTakeAnyBytes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = new byte[random.nextInt(5) == 0 ? random.nextInt(100) : 80];
            random.nextBytes(bytes);
            WinDivertRecord record = WinDivertAddressLayout.parse(bytes);
            assertThat(record == null || record.local().port() >= 0)
                    .as("seed %d", seed)
                    .isTrue();
        }
    }
}
