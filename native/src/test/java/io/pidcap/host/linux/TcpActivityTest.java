package io.pidcap.host.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TcpActivityTest {
    private static final String SNMP = """
            Ip: Forwarding
            Ip: 1
            Tcp: RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens AttemptFails InSegs
            Tcp: 1 200 120000 -1 82 32 2 5093
            Udp: InDatagrams
            Udp: 5
            """;
    private static final String SOCKSTAT =
            "sockets: used 32\nTCP: inuse 3 orphan 0 tw 8 alloc 3 mem 4\nUDP: inuse 0 mem 0\n";
    private static final String SOCKSTAT6 = "TCP6: inuse 1\nUDP6: inuse 1\n";

    @TempDir
    Path directory;

    private ProcTree tree;
    private TcpActivity activity;

    @BeforeEach
    void readOnce() {
        tree = new ProcTree(directory);
        write(SNMP, SOCKSTAT, SOCKSTAT6);
        activity = new TcpActivity(new ProcRoot(directory));
        assertThat(activity.mayHaveChanged("net1/")).isTrue();
        assertThat(activity.mayHaveChanged("net1/")).isFalse();
    }

    private void write(String snmp, String sockstat, String sockstat6) {
        tree.file("net1/snmp", snmp);
        tree.file("net1/sockstat", sockstat);
        tree.file("net1/sockstat6", sockstat6);
    }

    @ParameterizedTest
    @CsvSource({
        "-1 82, -1 83",
        "82 32, 82 33",
        "inuse 3, inuse 4",
        "orphan 0, orphan 1",
        "tw 8, tw 7",
        "alloc 3, alloc 4",
        "TCP6: inuse 1, TCP6: inuse 2"
    })
    void shouldNoticeWhatComesWithANewOrAVanishingRow(String before, String after) {
        write(SNMP.replace(before, after), SOCKSTAT.replace(before, after), SOCKSTAT6.replace(before, after));
        assertThat(activity.mayHaveChanged("net1/")).isTrue();
        assertThat(activity.mayHaveChanged("net1/")).isFalse();
    }

    @Test
    void shouldNotCareForTrafficAndOtherProtocols() {
        write(
                SNMP.replace("5093", "6000").replace("Udp: 5", "Udp: 6"),
                SOCKSTAT.replace("mem 4", "mem 9").replace("used 32", "used 33"),
                SOCKSTAT6.replace("UDP6: inuse 1", "UDP6: inuse 2"));
        assertThat(activity.mayHaveChanged("net1/")).isFalse();
    }

    @Test
    void shouldReadAlwaysWhereTheCountersAreNotThereOrNotWhole() {
        tree.delete("net1/sockstat");
        assertThat(activity.mayHaveChanged("net1/")).isTrue();
        assertThat(activity.mayHaveChanged("net1/")).isTrue();
        tree.file("net1/sockstat", SOCKSTAT);
        for (int length = 0; length < SNMP.indexOf("Udp"); length++) {
            tree.file("net1/snmp", SNMP.substring(0, length));
            assertThat(activity.mayHaveChanged("net1/")).isTrue();
        }
        tree.file("net1/snmp", SNMP);
        assertThat(activity.mayHaveChanged("net1/")).isTrue();
        for (int length = 0; length < SOCKSTAT.indexOf("mem"); length++) {
            tree.file("net1/sockstat", SOCKSTAT.substring(0, length));
            assertThat(activity.mayHaveChanged("net1/")).isTrue();
        }
    }

    @Test
    void shouldDoWithoutIpv6() {
        tree.delete("net1/sockstat6");
        assertThat(activity.mayHaveChanged("net1/")).isTrue();
        assertThat(activity.mayHaveChanged("net1/")).isFalse();
    }
}
