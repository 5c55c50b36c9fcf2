package io.pidcap.host.windows.iphelper;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.model.SocketState;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** On tables that the API has returned, under Wine, to a program with known sockets; and on damaged ones. */
class SocketTableParserTest {
    private static final List<SocketTableLayout> LAYOUTS = Stream.concat(
                    SocketTableLayout.OWNER_MODULE.stream(), SocketTableLayout.OWNER_PID.stream())
            .toList();

    static byte[] recorded(String name) {
        try (InputStream in = SocketTableParserTest.class.getResourceAsStream(name + ".bin")) {
            return Objects.requireNonNull(in, name).readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> rows(SocketTableLayout layout, String name) {
        SocketTableParser.Parsed parsed = SocketTableParser.parse(layout, recorded(name));
        assertThat(parsed.malformed()).isZero();
        return parsed.rows().stream()
                .map(row -> row.state() + " " + row.tuple())
                .toList();
    }

    @Test
    void shouldReadRecordedTablesOfTcp() {
        for (var table : List.of(
                List.of(SocketTableLayout.TCP4_OWNER_PID, "tcp4_owner_pid_all"),
                List.of(SocketTableLayout.TCP4_OWNER_MODULE, "tcp4_owner_module_all"))) {
            assertThat(rows((SocketTableLayout) table.get(0), (String) table.get(1)))
                    .containsExactlyInAnyOrder(
                            "LISTENING tcp *:39137",
                            "LISTENING tcp 127.0.0.1:45261",
                            "CONNECTED tcp 127.0.0.1:44922 > 127.0.0.1:45261",
                            "CONNECTED tcp 127.0.0.1:45261 > 127.0.0.1:44922");
        }
        for (var table : List.of(
                List.of(SocketTableLayout.TCP6_OWNER_PID, "tcp6_owner_pid_all"),
                List.of(SocketTableLayout.TCP6_OWNER_MODULE, "tcp6_owner_module_all"))) {
            assertThat(rows((SocketTableLayout) table.get(0), (String) table.get(1)))
                    .containsExactlyInAnyOrder(
                            "LISTENING tcp *:38603",
                            "LISTENING tcp [::1]:32875",
                            "CONNECTED tcp [::1]:54466 > [::1]:32875",
                            "CONNECTED tcp [::1]:32875 > [::1]:54466");
        }
    }

    @Test
    void shouldReadRecordedTablesOfUdp() {
        assertThat(rows(SocketTableLayout.UDP4_OWNER_PID, "udp4_owner_pid"))
                .containsExactlyInAnyOrder("BOUND udp 127.0.0.1:39478", "BOUND udp *:59696")
                .containsExactlyInAnyOrderElementsOf(rows(SocketTableLayout.UDP4_OWNER_MODULE, "udp4_owner_module"));
        assertThat(rows(SocketTableLayout.UDP6_OWNER_PID, "udp6_owner_pid"))
                .containsExactlyInAnyOrder("BOUND udp [::1]:58502", "BOUND udp *:41449")
                .containsExactlyInAnyOrderElementsOf(rows(SocketTableLayout.UDP6_OWNER_MODULE, "udp6_owner_module"));
    }

    @Test
    void shouldTellThePidThatWineFills() {
        assertThat(SocketTableParser.parse(SocketTableLayout.UDP4_OWNER_PID, recorded("udp4_owner_pid"))
                        .rows())
                .extracting(SocketRow::pid)
                .containsOnly(0x20);
    }

    @Test
    void shouldCountWhatIsCutOff() {
        byte[] whole = recorded("tcp4_owner_pid_all");
        for (int length = 0; length <= whole.length; length++) {
            var parsed = SocketTableParser.parse(SocketTableLayout.TCP4_OWNER_PID, Arrays.copyOf(whole, length));
            int rows = Math.max(0, length - 4) / 24;
            assertThat(parsed.rows()).as("of %d bytes", length).hasSize(rows);
            assertThat(parsed.malformed()).isEqualTo(length < 4 ? 0 : 4 - rows);
        }
    }

    @Test
    void shouldLeaveOutARowWithNoSuchState() {
        byte[] table = recorded("tcp4_owner_pid_all");
        for (int state : new int[] {0, 13, -1, Integer.MIN_VALUE}) {
            ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN).putInt(4, state);
            var parsed = SocketTableParser.parse(SocketTableLayout.TCP4_OWNER_PID, table);
            assertThat(parsed.rows()).hasSize(3);
            assertThat(parsed.malformed()).isEqualTo(1);
        }
    }

    @Test
    void shouldTakeAnyBytesAndAccountForEveryRow() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(2_000)];
            random.nextBytes(bytes);
            if (bytes.length >= 4 && random.nextBoolean()) {
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(0, random.nextInt(100));
            }
            for (SocketTableLayout layout : LAYOUTS) {
                var parsed = SocketTableParser.parse(layout, bytes);
                assertThat(parsed.rows().size() + parsed.malformed())
                        .as("seed %d", seed)
                        .isEqualTo(SocketTableParser.announcedRows(bytes));
                assertThat(layout.bytes(parsed.rows().size())).isLessThanOrEqualTo(Math.max(8, bytes.length));
                assertThat(parsed.rows())
                        .allMatch(row -> row.state() == SocketState.CONNECTED
                                || !row.tuple().isConnected());
            }
        }
    }
}
