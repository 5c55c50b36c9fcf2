package io.pidcap.host.windows.iphelper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.host.HostException;
import io.pidcap.host.polling.Look;
import io.pidcap.host.windows.StandIns;
import io.pidcap.host.windows.process.ProcessTable;
import io.pidcap.host.windows.win32.WindowsClock;
import io.pidcap.protocol.model.SocketEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The real calls, on stand-ins whose tables are made of C structures by a compiler. */
class IpHelperSocketTableTest {
    private static final int LISTEN = 2;
    private static final int ESTABLISHED = 5;
    private static final int TIME_WAIT = 11;

    private final StandIns standIns = StandIns.inThisJvm();
    private IpHelperSocketTable table;

    @BeforeEach
    void open() {
        standIns.process(700, 4, StandIns.NEW_YEAR, "server.exe", "C:\\Program Files\\server.exe");
        table = new IpHelperSocketTable(new WindowsClock(), new ProcessTable());
    }

    @AfterEach
    void close() {
        table.close();
        table.close();
        assertThat(StandIns.openHandles()).isZero();
    }

    private static String text(SocketEntry socket) {
        return socket.ipVersion() + " " + socket.state() + " " + socket.tuple() + " "
                + socket.owners().get(0).pid();
    }

    private List<String> sockets() {
        return table.look(true).sockets().values().stream()
                .map(IpHelperSocketTableTest::text)
                .toList();
    }

    @Test
    void shouldReadAllFourTables() {
        standIns.socket("tcp4", LISTEN, "0.0.0.0", 80, "1.2.3.4", 999, 700, StandIns.NEW_YEAR);
        standIns.socket("tcp4", ESTABLISHED, "192.0.2.1", 80, "198.51.100.7", 50000, 700, StandIns.NEW_YEAR);
        standIns.socket("tcp6", ESTABLISHED, "2001:db8::1", 80, "2001:db8::2", 50001, 700, StandIns.NEW_YEAR);
        standIns.socket("udp4", 0, "0.0.0.0", 5353, "0.0.0.0", 0, 700, StandIns.NEW_YEAR);
        standIns.socket("udp6", 0, "fe80::1", 5353, "::", 0, 700, StandIns.NEW_YEAR);
        table.requireReadable();
        assertThat(sockets())
                .containsExactlyInAnyOrder(
                        "4 LISTENING tcp *:80 700",
                        "4 CONNECTED tcp 192.0.2.1:80 > 198.51.100.7:50000 700",
                        "6 CONNECTED tcp [2001:db8::1]:80 > [2001:db8::2]:50001 700",
                        "4 BOUND udp *:5353 700",
                        "6 BOUND udp [fe80::1]:5353 700");
        assertThat(table.countRows()).isEqualTo(5);
    }

    @Test
    void shouldReadRandomTablesAsTheyWereMade() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<String> expected = new ArrayList<>();
        for (int port = 1; port <= 1_000; port++) {
            int remotePort = 1 + random.nextInt(65_535);
            String local = "10." + random.nextInt(256) + "." + random.nextInt(256) + "." + random.nextInt(256);
            switch (random.nextInt(3)) {
                case 0 -> {
                    standIns.socket("tcp4", ESTABLISHED, local, port, "8.8.8.8", remotePort, 700, StandIns.NEW_YEAR);
                    expected.add("4 CONNECTED tcp " + local + ":" + port + " > 8.8.8.8:" + remotePort + " 700");
                }
                case 1 -> {
                    standIns.socket("tcp6", ESTABLISHED, "::1", port, "fe80::9", remotePort, 700, StandIns.NEW_YEAR);
                    expected.add("6 CONNECTED tcp [::1]:" + port + " > [fe80::9]:" + remotePort + " 700");
                }
                default -> {
                    standIns.socket("udp4", 0, local, port, "0.0.0.0", 0, 700, StandIns.NEW_YEAR);
                    expected.add("4 BOUND udp " + local + ":" + port + " 700");
                }
            }
        }
        table.requireReadable();
        assertThat(sockets()).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void shouldGoOnAskingWhileATableGrows() {
        for (int port = 1; port <= 600; port++) {
            standIns.socket("tcp4", LISTEN, "0.0.0.0", port, "0.0.0.0", 0, 700, StandIns.NEW_YEAR);
        }
        standIns.set("growing", 3);
        assertThat(sockets()).hasSize(600);
    }

    @Test
    void shouldGiveUpOnATableThatNeverStopsGrowing() {
        standIns.set("growing", 1_000_000);
        assertThatThrownBy(() -> table.look(true))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("MIB_TCPTABLE_OWNER_MODULE: it grew each time");
    }

    @Test
    void shouldTellAReusedPid() {
        long later = StandIns.NEW_YEAR + 10_000_000;
        standIns.process(800, 4, later, "late.exe", "C:\\late.exe");
        standIns.socket("udp4", 0, "127.0.0.1", 1000, "0.0.0.0", 0, 800, later - 1);
        standIns.socket("udp4", 0, "127.0.0.1", 1001, "0.0.0.0", 0, 800, later);
        standIns.socket("udp4", 0, "127.0.0.1", 1002, "0.0.0.0", 0, 800, 0);
        assertThat(sockets())
                .containsExactlyInAnyOrder("4 BOUND udp 127.0.0.1:1001 800", "4 BOUND udp 127.0.0.1:1002 800");
    }

    @Test
    void shouldLeaveOutWhatNobodyHas() {
        standIns.socket("tcp4", TIME_WAIT, "127.0.0.1", 80, "127.0.0.1", 4000, 0, StandIns.NEW_YEAR);
        standIns.socket("udp4", 0, "127.0.0.1", 1002, "0.0.0.0", 0, 4_000_000, StandIns.NEW_YEAR);
        standIns.socket("udp4", 0, "127.0.0.1", 1003, "0.0.0.0", 0, -2, StandIns.NEW_YEAR);
        assertThat(sockets()).isEmpty();
    }

    @Test
    void shouldNumberASocketTheSameInEachLookAndASuccessorAnew() {
        standIns.socket("udp4", 0, "127.0.0.1", 1000, "0.0.0.0", 0, 700, StandIns.NEW_YEAR);
        long first = table.look(true).sockets().keySet().iterator().next();
        Look second = table.look(false);
        assertThat(second.sockets().keySet()).containsExactly(first);
        standIns.socket("udp4", 0, "127.0.0.1", 1000, "0.0.0.0", 0, 700, StandIns.NEW_YEAR + 1);
        assertThat(table.look(false).sockets().keySet()).hasSize(1).doesNotContain(first);
    }

    @Test
    void shouldDoWithoutCreationTimesWhereThereAreNone() {
        standIns.set("OWNER_MODULE", 50);
        standIns.socket("tcp6", ESTABLISHED, "::1", 80, "::1", 4000, 700, StandIns.NEW_YEAR);
        standIns.socket("udp6", 0, "::", 53, "::", 0, 700, StandIns.NEW_YEAR);
        table.requireReadable();
        assertThat(sockets())
                .containsExactlyInAnyOrder("6 CONNECTED tcp [::1]:80 > [::1]:4000 700", "6 BOUND udp *:53 700");
        assertThat(table.look(true).limits()).anyMatch(limit -> limit.contains("does not tell when a socket was made"));
    }

    @Test
    void shouldSayWhatWindowsSays() {
        standIns.set("OWNER_MODULE", 5);
        assertThatThrownBy(table::requireReadable).isInstanceOfSatisfying(HostException.class, e -> {
            assertThat(e).hasMessage("read the table MIB_TCPTABLE_OWNER_MODULE: Access is denied. (5)");
            assertThat(e.code()).isEqualTo(HostException.Code.NO_PRIVILEGE);
        });
        standIns.set("OWNER_MODULE", 1234);
        assertThatThrownBy(table::requireReadable).hasMessage("read the table MIB_TCPTABLE_OWNER_MODULE: error (1234)");
    }

    @Test
    void shouldTakeRecordedAndDamagedTablesAsTheyCome() {
        byte[] recorded = SocketTableParserTest.recorded("udp4_owner_module");
        recorded[0] = (byte) 0xff;
        standIns.table("udp4.module", recorded);
        standIns.table("tcp4.module", new byte[0]);
        standIns.table("tcp6.module", new byte[] {1, 0, 0, 0});
        assertThat(sockets()).isEmpty();
    }

    @Test
    void shouldKnowTheAddressesOfThisHost() {
        assertThat(table.look(true).localAddresses())
                .anyMatch(local -> local.address().isLoopback() && local.netnsId() == IpHelperSocketTable.NETNS);
    }
}
