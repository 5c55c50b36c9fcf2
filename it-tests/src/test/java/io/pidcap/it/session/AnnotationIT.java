package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.StartedSessions;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.TrafficProgram;
import io.pidcap.it.support.Tshark;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * What the file says of its packets' processes, as tshark shows it; pids and addresses are those of the programs. A process
 * that nobody asked for by another name is called after its executable, which is Python's.
 */
class AnnotationIT {
    private static final String SERVER_ADDRESS = "127.11.0.1";
    private static final String TARGET_ADDRESS = "127.11.0.2";
    private static final String OTHER_ADDRESS = "127.11.0.3";
    private static final String NETWORK = "net 127.11.0.0/16";

    @TempDir
    Path directory;

    private Pidcap pidcap;
    private StartedSessions sessions;
    private long echoPid;
    private long targetPid;
    private long otherPid;

    @BeforeEach
    void needs() {
        pidcap = new Pidcap(directory);
        sessions = new StartedSessions(pidcap);
        Require.all(Require.ROOT, Require.TSHARK, Require.PYTHON3);
    }

    @AfterEach
    void leaveNothing() throws Exception {
        sessions.close();
    }

    @Test
    void shouldTellProcessPeerReasonAndDirectionOfEachPacket() throws Exception {
        Path file = directory.resolve("target.pcapng");
        String id = sessions.start(
                List.of(), List.of("-n", "it-target", "-i", "lo", "-f", NETWORK, "-w", file.toString(), "--with-args"));
        talk();
        sessions.stop(id);
        String who = "process=it-target pid=" + targetPid + " reason=(socket_event|tail) peer=python3\\S* peer_pid="
                + echoPid + " exe=\\S*python3\\S* args=\\S*it-target%20-B%20\\S*traffic\\.py%20client%20tcp%20\\S*";
        List<String> sent = Tshark.fields(file, "ip.src == " + TARGET_ADDRESS, "frame.comment");
        List<String> received = Tshark.fields(file, "ip.dst == " + TARGET_ADDRESS, "frame.comment");
        assertThat(sent)
                .hasSizeGreaterThan(10)
                .allSatisfy(comment -> assertThat(comment).matches(who));
        assertThat(received)
                .hasSizeGreaterThan(10)
                .allSatisfy(comment -> assertThat(comment).matches(who));
        assertThat(Tshark.count(file, "ip.src == " + TARGET_ADDRESS + " && frame.packet_flags_direction == 2"))
                .isEqualTo(sent.size());
        assertThat(Tshark.count(file, "ip.dst == " + TARGET_ADDRESS + " && frame.packet_flags_direction == 1"))
                .isEqualTo(received.size());
        assertThat(Tshark.count(file, "")).isEqualTo(sent.size() + received.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"pcapng", "pcap"})
    void shouldKeepAllPacketsWithTheirOwnersWhenNothingIsNamed(String suffix) throws Exception {
        Path file = directory.resolve("all." + suffix);
        String id = sessions.start(List.of(), List.of("-i", "lo", "-f", NETWORK, "-w", file.toString(), "--keep-all"));
        talk();
        Pidcap.Result stopped = pidcap.run("stop", id, "--json");
        assertThat(stopped.exitCode()).as(stopped.err()).isZero();
        JsonNode packets = Status.parse(stopped.out()).get("packets");
        assertThat(packets.get("kept").asLong())
                .isEqualTo(packets.get("received").asLong())
                .isEqualTo(Tshark.count(file, ""));
        assertThat(Tshark.count(file, "ip.addr == " + TARGET_ADDRESS)).isGreaterThan(20);
        assertThat(Tshark.count(file, "ip.addr == " + OTHER_ADDRESS)).isGreaterThan(20);

        Path again = directory.resolve("again.pcapng");
        Pidcap.Result filtered = pidcap.run("filter", id, "-w", again.toString());
        assertThat(filtered.exitCode()).as(filtered.err()).isZero();
        assertThat(comments(again, "ip.src == " + OTHER_ADDRESS))
                .allMatch(comment -> comment.startsWith("process=python3")
                        && comment.contains(" pid=" + otherPid + " ")
                        && comment.endsWith(" peer_pid=" + echoPid));
        assertThat(comments(again, "ip.dst == " + TARGET_ADDRESS))
                .allMatch(comment ->
                        comment.contains(" pid=" + echoPid + " ") && comment.endsWith(" peer_pid=" + targetPid));
        assertThat(Files.readString(again, StandardCharsets.ISO_8859_1))
                .as("the equation at its end")
                .contains("received=" + packets.get("received").asLong() + " kept="
                        + packets.get("received").asLong() + " skipped=0 dropped=0");
        if (suffix.equals("pcapng")) {
            assertThat(comments(file, "")).isEqualTo(comments(again, ""));
        }
    }

    @Test
    void shouldHoldInterfacesOfDifferentLinkTypesInPcapngOnly() throws Exception {
        Require.all(Require.NETNS);
        Path file = directory.resolve("two.pcapng");
        Pidcap.Result both = inNamespaceWithTunnel(file);
        assertThat(both.exitCode()).as(both.err()).isZero();
        assertThat(Tshark.fields(file, "", "frame.interface_name", "frame.encap_type").stream()
                        .distinct())
                .as("1 is Ethernet, 7 raw IP")
                .containsExactlyInAnyOrder("lo,1", "it-tun,7");
        assertThat(comments(file, "")).allMatch(comment -> comment.startsWith("process=python3"));

        Path pcap = directory.resolve("two.pcap");
        Pidcap.Result refused = inNamespaceWithTunnel(pcap);
        assertThat(refused.exitCode()).isEqualTo(125);
        assertThat(refused.err())
                .contains("a pcap file holds packets of one link type")
                .contains("lo")
                .contains("it-tun")
                .contains(".pcapng")
                .doesNotContain("\tat ");
        assertThat(directory.resolve("two.pcap")).doesNotExist();
        assertThat(directory.resolve("two.pcap.part")).doesNotExist();

        Pidcap.Result filtered =
                pidcap.run("filter", file.toString(), "--journal", journal().toString(), "-w", pcap.toString());
        assertThat(filtered.exitCode()).isEqualTo(2);
        assertThat(filtered.err()).contains("a pcap file has one link type").doesNotContain("\tat ");
        assertThat(Files.exists(pcap)).isFalse();
    }

    @Test
    void shouldWriteAFileForEachProcessName() throws Exception {
        Path directoryOfFiles = Files.createDirectory(directory.resolve("split"));
        String id = sessions.start(
                List.of(),
                List.of(
                        "-n",
                        "it-target,it-echo",
                        "-i",
                        "lo",
                        "-f",
                        NETWORK,
                        "--split",
                        "-w",
                        directoryOfFiles.toString()));
        talk();
        Pidcap.Result stopped = pidcap.run("stop", id, "--json");
        assertThat(stopped.exitCode()).as(stopped.err()).isZero();
        JsonNode report = Status.parse(stopped.out());
        Path ofTarget = directoryOfFiles.resolve("it-target.pcapng");
        Path ofEcho = directoryOfFiles.resolve("it-echo.pcapng");
        assertThat(directoryOfFiles.toFile().list()).containsExactlyInAnyOrder("it-target.pcapng", "it-echo.pcapng");
        long toTarget = Tshark.count(ofTarget, "ip.addr == " + TARGET_ADDRESS);
        assertThat(toTarget).isEqualTo(Tshark.count(ofTarget, "")).isGreaterThan(20);
        assertThat(Tshark.count(ofEcho, "ip.addr == " + TARGET_ADDRESS)).isEqualTo(toTarget);
        assertThat(Tshark.count(ofEcho, "ip.addr == " + OTHER_ADDRESS)).isGreaterThan(20);
        assertThat(comments(ofTarget, ""))
                .allMatch(comment -> comment.startsWith("process=it-target pid=" + targetPid));
        assertThat(comments(ofEcho, "")).allMatch(comment -> comment.startsWith("process=it-echo pid=" + echoPid));
        assertThat(report.get("output").get("inSeveralFiles").asLong()).isEqualTo(toTarget);
        assertThat(report.get("packets").get("kept").asLong()).isEqualTo(Tshark.count(ofEcho, ""));
    }

    private Path journal() throws Exception {
        try (var files = Files.walk(directory.resolve("state"))) {
            return files.filter(path -> path.endsWith("journal")).findFirst().orElseThrow();
        }
    }

    /** A datagram over loopback, and one into a tunnel that somebody holds open. */
    private Pidcap.Result inNamespaceWithTunnel(Path output) throws Exception {
        String setUp = "ip link set lo up && ip tuntap add dev it-tun mode tun && ip addr add 10.77.0.1/24 dev it-tun"
                + " && ip link set it-tun up && exec \"$@\"";
        String traffic = """
                import fcntl, os, select, socket, struct
                tun = os.open('/dev/net/tun', os.O_RDWR)
                fcntl.ioctl(tun, 0x400454ca, struct.pack('16sH', b'it-tun', 0x1001))
                s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                s.sendto(b'x', ('127.0.0.1', 9))
                # Until it comes through: what is sent before the link is up is thrown away.
                arrived = b''
                while not arrived.endswith(b'x'):
                    s.sendto(b'x', ('10.77.0.2', 9))
                    if select.select([tun], [], [], 0.05)[0]:
                        arrived = os.read(tun, 2000)
                """;
        List<String> arguments = new ArrayList<>(List.of("run", "--keep-all", "-i", "lo", "-i", "it-tun", "-f", "udp"));
        arguments.addAll(List.of("-w", output.toString(), "--", "/usr/bin/python3", "-c", traffic));
        return pidcap.start(List.of("unshare", "--net", "sh", "-c", setUp, "sh"), arguments.toArray(String[]::new))
                .await();
    }

    private static List<String> comments(Path file, String displayFilter) throws Exception {
        List<String> comments = Tshark.fields(file, displayFilter, "frame.comment");
        assertThat(comments).isNotEmpty();
        return comments;
    }

    /** The server is there before; each client sends ten messages and gets them back. */
    private void talk() throws Exception {
        try (TrafficProgram echo = TrafficProgram.start(directory, "it-echo", "tcp-server", SERVER_ADDRESS)) {
            echoPid = echo.pid();
            String port = Integer.toString(echo.readPort());
            try (TrafficProgram target = client("it-target", TARGET_ADDRESS, port);
                    TrafficProgram other = client("it-other", OTHER_ADDRESS, port)) {
                targetPid = target.pid();
                otherPid = other.pid();
                for (TrafficProgram one : List.of(target, other)) {
                    one.tell("open");
                    one.tell("send 10 500");
                    one.tell("close");
                }
            }
            Status.awaitEventsUntilNow(pidcap);
        }
    }

    private TrafficProgram client(String name, String address, String port) throws Exception {
        return TrafficProgram.start(directory, name, "client", "tcp", address, SERVER_ADDRESS, port);
    }
}
