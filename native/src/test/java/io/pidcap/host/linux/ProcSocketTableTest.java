package io.pidcap.host.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.host.HostException;
import io.pidcap.host.ManualClock;
import io.pidcap.host.polling.Look;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcSocketTableTest {
    @TempDir
    Path directory;

    private ProcTree tree;
    private ProcSocketTable table;

    @BeforeEach
    void makeTree() {
        tree = new ProcTree(directory);
        table = new ProcSocketTable(new ProcRoot(directory), new ManualClock(), false, 10);
    }

    private static ProcessIdentity identity(int pid, long startTicks) {
        return new ProcessIdentity(pid, startTicks * 10_000_000);
    }

    private static SocketEntry socket(Look look, long inode) {
        return Objects.requireNonNull(look.sockets().get(inode), "no socket " + inode);
    }

    private List<ProcessIdentity> owners(long inode) {
        SocketEntry entry = table.look(false).sockets().get(inode);
        return entry == null ? List.of() : entry.owners();
    }

    @Test
    void shouldJoinRowsWithDescriptors() {
        tree.udp("0.0.0.0:53", 70);
        tree.udp("0.0.0.0:54", 71);
        tree.process(10, 5, "resolver", ProcTree.HOST_NETNS, "/dev/null", "socket:[70]", "pipe:[71]");
        tree.process(11, 6, "other", ProcTree.HOST_NETNS);

        Look look = table.look(false);

        assertThat(look.sockets().keySet()).containsExactly(70L);
        assertThat(socket(look, 70L).owners()).containsExactly(identity(10, 5));
        assertThat(look.ownNetnsId()).isEqualTo(ProcTree.HOST_NETNS);
        assertThat(look.localAddresses()).containsExactly(new LocalAddress(1, NetText.ip("127.0.0.1")));
        assertThat(look.start().monotonicNanos()).isLessThan(look.end().monotonicNanos());
    }

    @Test
    void shouldNameEachOwnerOnceHoweverOftenItHasTheSocket() {
        tree.udp("0.0.0.0:53", 70);
        tree.process(10, 5, "a", ProcTree.HOST_NETNS, "socket:[70]", "socket:[71]", "socket:[70]");
        tree.process(11, 6, "b", ProcTree.HOST_NETNS, "socket:[70]");

        assertThat(owners(70)).containsExactly(identity(10, 5), identity(11, 6));
    }

    @Test
    void shouldReadTheTablesOfOtherNamespacesThroughTheirProcesses() {
        tree.namespace(2);
        tree.row(2, NetTable.UDP, "10.0.0.1:53", "0.0.0.0:0", 7, 80);
        tree.process(10, 5, "host", ProcTree.HOST_NETNS);
        tree.process(11, 6, "guest", 2, "socket:[80]");

        Look first = table.look(false);
        assertThat(socket(first, 80L).netnsId()).isEqualTo(2);

        // The process by which it was read ends; another one remains.
        tree.process(12, 7, "guest", 2, "socket:[80]");
        tree.delete("11");
        assertThat(owners(80)).containsExactly(identity(12, 7));

        tree.delete("12");
        assertThat(table.look(false).sockets()).isEmpty();
    }

    @Test
    void shouldNotTakeRowsOfTheNamespaceThatAProcessHasMovedTo() {
        tree.namespace(2);
        tree.row(2, NetTable.UDP, "10.0.0.1:53", "0.0.0.0:0", 7, 80);
        tree.process(11, 6, "guest", 2, "socket:[80]");
        assertThat(owners(80)).hasSize(1);

        tree.link("11/ns/net", "net:[3]");
        tree.namespace(3);
        tree.link("11/net", directory.resolve("net3").toString());
        tree.row(3, NetTable.UDP, "10.0.0.1:53", "0.0.0.0:0", 7, 81);
        tree.fd(11, 9, "socket:[81]");

        for (int i = 0; i < 3; i++) {
            Look look = table.look(false);
            assertThat(socket(look, 81L).netnsId()).isEqualTo(3);
            // Still held, though nobody is left through whom its table could be read.
            assertThat(socket(look, 80L).netnsId()).isEqualTo(2);
        }
        tree.closeFd(11, 0);
        assertThat(table.look(false).sockets()).containsOnlyKeys(81L);
    }

    @Test
    void shouldTellAProcessFromALaterOneWithItsPid() {
        tree.udp("0.0.0.0:53", 70);
        tree.process(10, 5, "before", ProcTree.HOST_NETNS, "socket:[70]");
        assertThat(owners(70)).containsExactly(identity(10, 5));

        tree.delete("10");
        tree.process(10, 900, "after", ProcTree.HOST_NETNS, "socket:[70]");
        Look look = table.look(false);
        assertThat(socket(look, 70L).owners()).containsExactly(identity(10, 900));
        assertThat(look.processes().keySet()).containsExactly(identity(10, 900));
    }

    @Test
    void shouldNoticeThatAProcessBecameAnotherProgramAndKeepItsFirstParent() {
        tree.process(10, 5, "sh", ProcTree.HOST_NETNS);
        tree.stat(10, 5, "sh", 'S', 77);
        assertThat(info(10, 5).name()).isEqualTo("sh");

        tree.stat(10, 5, "curl", 'S', 1);
        tree.link("10/exe", "/opt/curl (deleted)");
        ProcessInfo now = info(10, 5);
        assertThat(now.name()).isEqualTo("curl");
        assertThat(now.executable()).isEqualTo("/opt/curl");
        assertThat(now.comm()).isEqualTo("curl");
        assertThat(now.parentPid()).isEqualTo(77);
        assertThat(now.userId()).isEqualTo(1000);
        assertThat(now.arguments()).containsExactly("sh");
    }

    private ProcessInfo info(int pid, long startTicks) {
        return Objects.requireNonNull(table.look(false).processes().get(identity(pid, startTicks)), "no pid " + pid);
    }

    @Test
    void shouldNoticeAnotherProgramOrNameOfAnOldProcessWithinARound() {
        tree.process(10, 5, "sh", ProcTree.HOST_NETNS);
        for (int i = 0; i < 50; i++) {
            table.look(false);
        }
        tree.stat(10, 5, "renamed", 'S', 1);
        for (int i = 0; i < 9; i++) {
            table.look(false);
        }
        assertThat(info(10, 5).comm()).isEqualTo("renamed");

        tree.link("10/exe", "/opt/other");
        assertThat(info(10, 5).name()).isEqualTo("other");
    }

    @Test
    void shouldKeepTheNameOfAZombie() {
        tree.process(10, 5, "server", ProcTree.HOST_NETNS);
        table.look(false);
        tree.stat(10, 5, "server", 'Z', 1);
        tree.delete("10/exe");
        tree.file("10/cmdline", "");

        assertThat(info(10, 5).executable()).isEqualTo("/usr/bin/server");
    }

    @Test
    void shouldPassOverProcessesThatVanishWhileTheyAreRead() {
        tree.udp("0.0.0.0:53", 70);
        tree.process(10, 5, "a", ProcTree.HOST_NETNS, "socket:[70]");
        tree.directory("11"); // listed, and then nothing of it is there
        tree.process(12, 5, "c", ProcTree.HOST_NETNS);
        tree.delete("12/fd");
        tree.process(13, 5, "d", ProcTree.HOST_NETNS);
        tree.file("13/stat", "13 (d) S 1");

        Look look = table.look(false);
        assertThat(look.processes().keySet()).containsExactly(identity(10, 5));
        assertThat(look.sockets()).containsKey(70L);
        assertThat(look.limits()).anyMatch(limit -> limit.startsWith("the sockets of 2 of "));
    }

    @Test
    void shouldSayWhichTableCannotBeRead() {
        tree.process(10, 5, "a", ProcTree.HOST_NETNS);
        tree.delete("net1/tcp6");
        assertThat(table.look(false).processes()).hasSize(1); // a kernel without IPv6

        tree.delete("net1/tcp");
        assertThatThrownBy(() -> table.look(false))
                .isInstanceOf(HostException.class)
                .hasMessageContaining("self/net/tcp")
                .hasMessageContaining("No such file");
    }

    @Test
    void shouldFindASocketsNewTuple() {
        tree.tcp("127.0.0.1:1000", "127.0.0.1:80", 70);
        tree.process(10, 5, "a", ProcTree.HOST_NETNS, "socket:[70]");
        SocketEntry before = table.look(false).sockets().get(70L);
        assertThat(table.look(false).sockets().get(70L)).isSameAs(before);

        tree.clear(ProcTree.HOST_NETNS, NetTable.TCP);
        tree.tcp("127.0.0.1:1000", "127.0.0.1:81", 70);
        assertThat(table.look(false).sockets().get(70L))
                .extracting(entry -> entry.tuple().remote().port())
                .isEqualTo(81);
    }

    @Test
    void shouldBelieveThatASocketIsGoneWhenItsDescriptorIsOrWhenItsRowIsMissingTwice() {
        tree.udp("0.0.0.0:53", 70);
        tree.udp("0.0.0.0:54", 71);
        tree.process(10, 5, "a", ProcTree.HOST_NETNS, "socket:[70]", "socket:[71]");
        assertThat(table.look(false).sockets()).containsOnlyKeys(70L, 71L);

        tree.clear(ProcTree.HOST_NETNS, NetTable.UDP);
        tree.closeFd(10, 0);
        assertThat(table.look(false).sockets()).containsOnlyKeys(71L);
        assertThat(table.look(false).sockets()).isEmpty();
    }

    private void standingCounters() {
        tree.file("net1/snmp", "Tcp: RtoMin ActiveOpens PassiveOpens\nTcp: 200 1 1\n");
        tree.file("net1/sockstat", "sockets: used 9\nTCP: inuse 1 orphan 0 tw 0 alloc 1 mem 0\n");
        tree.file("net1/sockstat6", "TCP6: inuse 0\n");
    }

    @Test
    void shouldReadTcpTablesThatCannotHaveChangedOnlyOnceInARound() {
        standingCounters();
        tree.tcp("127.0.0.1:1000", "127.0.0.1:80", 70);
        tree.udp("0.0.0.0:53", 72);
        tree.process(10, 5, "a", ProcTree.HOST_NETNS, "socket:[70]", "socket:[71]", "socket:[72]");
        assertThat(table.look(false).sockets()).containsOnlyKeys(70L, 72L);

        tree.tcp("127.0.0.1:1001", "127.0.0.1:80", 71);
        assertThat(table.look(false).sockets()).containsOnlyKeys(70L, 72L);
        assertThat(table.look(true).sockets()).containsOnlyKeys(70L, 71L, 72L);

        tree.clear(ProcTree.HOST_NETNS, NetTable.TCP);
        int looks = 0;
        while (table.look(false).sockets().containsKey(70L)) {
            looks++;
        }
        // It takes two rounds to believe that a row is gone whose descriptor is there.
        assertThat(looks).isBetween(5, 20);
    }

    @Test
    void shouldReadTcpTablesAgainAsLongAsAConnectionIsNotAccepted() {
        standingCounters();
        tree.tcp("127.0.0.1:80", "127.0.0.1:1000", 0);
        tree.process(10, 5, "a", ProcTree.HOST_NETNS, "socket:[70]");
        assertThat(table.look(false).sockets()).isEmpty();

        tree.clear(ProcTree.HOST_NETNS, NetTable.TCP);
        tree.tcp("127.0.0.1:80", "127.0.0.1:1000", 70);
        assertThat(table.look(false).sockets()).containsOnlyKeys(70L);
    }
}
