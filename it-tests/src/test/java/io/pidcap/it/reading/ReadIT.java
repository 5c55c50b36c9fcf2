package io.pidcap.it.reading;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.Tshark;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code read}, {@code convert}, {@code strip} and {@code doctor --probe}, judged by Wireshark's tools. */
class ReadIT {
    private static final String[] FIELDS = {
        "frame.time_epoch",
        "frame.len",
        "eth.src",
        "eth.dst",
        "ip.src",
        "ipv6.src",
        "ip.dst",
        "ipv6.dst",
        "tcp.srcport",
        "udp.srcport",
        "tcp.dstport",
        "udp.dstport"
    };

    @TempDir
    Path directory;

    private final long seed = System.nanoTime();
    private Pidcap pidcap;
    private SampleCapture sample;

    @BeforeEach
    void needs() {
        Require.all(Require.TSHARK);
        pidcap = new Pidcap(directory);
        sample = new SampleCapture(seed, 60);
    }

    private Path at(String name) {
        return directory.resolve(name);
    }

    private static Path gzip(Path file, Path packed) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
            Files.copy(file, out);
        }
        return packed;
    }

    private Pidcap.Result succeed(String... arguments) throws Exception {
        Pidcap.Result result = pidcap.run(arguments);
        assertThat(result.exitCode()).as(result.err()).isZero();
        return result;
    }

    /** A row for each packet as {@link #FIELDS} are, out of what we print as JSON. */
    private static List<String> rows(String json) {
        List<String> rows = new ArrayList<>();
        for (String line : json.lines().toList()) {
            JsonNode packet = JsonMapper.shared().readTree(line);
            String nanos = packet.at("/epochNanos").asString();
            int point = nanos.length() - 9;
            List<String> row = new ArrayList<>(List.of(
                    nanos.substring(0, point) + "." + nanos.substring(point),
                    packet.at("/length").asString(),
                    packet.at("/source/mac").asString(),
                    packet.at("/destination/mac").asString()));
            boolean six = packet.at("/network").asString().equals("IP6");
            addPair(row, packet.at("/source/address"), six);
            addPair(row, packet.at("/destination/address"), six);
            boolean udp = packet.at("/protocol").asString().equals("UDP");
            addPair(row, packet.at("/source/port"), udp);
            addPair(row, packet.at("/destination/port"), udp);
            rows.add(String.join(",", row));
        }
        return rows;
    }

    private static void addPair(List<String> row, JsonNode value, boolean second) {
        row.add(second ? "" : value.asString());
        row.add(second ? value.asString() : "");
    }

    private static List<String> theirs(Path file) throws Exception {
        return Tshark.fields(file, "", FIELDS);
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    void shouldReadWhatTsharkReadsOfEachForm() throws Exception {
        Path pcapng = sample.pcapng(at("sample.pcapng"), true);
        Path micro = sample.pcap(at("micro.pcap"), ByteOrder.BIG_ENDIAN, false);
        Path nano = sample.pcap(at("nano.pcap"), ByteOrder.LITTLE_ENDIAN, true);
        Path merged = at("merged.pcapng");
        run("mergecap", "-w", merged.toString(), pcapng.toString(), micro.toString());
        for (Path file : List.of(pcapng, micro, nano, merged, gzip(pcapng, at("packed.gz")))) {
            assertThat(rows(succeed("read", "--json", file.toString()).out()))
                    .as("%s, seed %d", file, seed)
                    .hasSizeGreaterThanOrEqualTo(sample.count())
                    .isEqualTo(theirs(file));
        }
    }

    @Test
    void shouldPrintProcessesAndAddThemUp() throws Exception {
        Path file = sample.pcapng(at("sample.pcapng"), true);
        List<String> lines =
                succeed("read", "-c", "3", file.toString()).out().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).contains(" prog0 x[100] ").contains(" > ").contains(", length ");
        assertThat(lines.get(1)).contains(" - ");

        String table = succeed("read", "--stats", file.toString()).out();
        assertThat(table.lines().findFirst().orElseThrow()).contains("PROCESS", "PACKETS", "BYTES", "FIRST", "LAST");
        long packets = succeed("read", "--stats", "--json", file.toString())
                .out()
                .lines()
                .map(JsonMapper.shared()::readTree)
                .mapToLong(row ->
                        row.at("/packets").asLong() + row.at("/backPackets").asLong())
                .sum();
        assertThat(packets).isEqualTo(sample.count());
    }

    @Test
    void shouldReadStandardInput() throws Exception {
        Path packed = gzip(sample.pcapng(at("sample.pcapng"), true), at("sample.gz"));
        List<String> behind = List.of("sh", "-c", "in=$1; shift; exec \"$@\" <\"$in\"", "sh", packed.toString());
        Pidcap.Result result = pidcap.start(behind, "read", "-").await();
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out().lines()).hasSize(sample.count());
    }

    @Test
    void shouldConvertThereAndBack() throws Exception {
        Path first = sample.pcap(at("first.pcap"), ByteOrder.nativeOrder(), true);
        Path pcapng = at("there.pcapng");
        Path back = at("back.pcap");
        Path micro = at("micro.pcap");
        succeed("convert", first.toString(), pcapng.toString());
        succeed("convert", pcapng.toString(), back.toString());
        Pidcap.Result cut = succeed("convert", "--micro", pcapng.toString(), micro.toString());

        assertThat(theirs(pcapng)).isEqualTo(theirs(first));
        assertThat(Files.mismatch(back, first)).isEqualTo(-1);
        assertThat(cut.err()).contains("times cut to microseconds");
        assertThat(run("capinfos", "-t", "-c", "-M", pcapng.toString()))
                .contains("pcapng")
                .contains(String.valueOf(sample.count()));
        assertThat(run("capinfos", "-t", "-c", micro.toString())).contains("Wireshark/tcpdump/... - pcap");
        assertThat(theirs(micro)).hasSize(sample.count());
    }

    @Test
    void shouldSayWhatAConversionLoses() throws Exception {
        Path file = sample.pcapng(at("sample.pcapng"), true);
        Path pcap = at("out.pcap");
        Pidcap.Result result = succeed("convert", file.toString(), pcap.toString());
        long comments = Tshark.count(file, "frame.comment");
        assertThat(comments).isPositive();
        assertThat(result.err()).contains(comments + " comments of packets");
        assertThat(theirs(pcap)).isEqualTo(theirs(file));
        assertThat(pidcap.run("convert", pcap.toString(), file.toString()).exitCode())
                .isEqualTo(5);
    }

    @Test
    void shouldStripToWhatNeverHadProcesses() throws Exception {
        Path with = sample.pcapng(at("with.pcapng"), true);
        Path without = sample.pcapng(at("without.pcapng"), false);
        Path stripped = at("stripped.pcapng");
        succeed("strip", with.toString(), stripped.toString());
        assertThat(Files.mismatch(stripped, without)).isEqualTo(-1);
        assertThat(Tshark.count(stripped, "frame.comment contains \"process=\""))
                .isZero();
        assertThat(Tshark.count(stripped, "frame.comment")).isPositive();

        Path bare = at("bare.pcapng");
        succeed("strip", "--comments", with.toString(), bare.toString());
        assertThat(Tshark.count(bare, "frame.comment")).isZero();
        assertThat(theirs(bare)).isEqualTo(theirs(with));
    }

    @Test
    void shouldReadWhatComesBeforeTheDamageAndTellWhereItIs() throws Exception {
        Path whole = gzip(sample.pcapng(at("sample.pcapng"), true), at("whole.gz"));
        byte[] packed = Files.readAllBytes(whole);
        Path torn = Files.write(at("torn.gz"), Arrays.copyOf(packed, packed.length / 2));
        Pidcap.Result result = pidcap.run("read", torn.toString());
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out().lines().count()).isBetween(1L, sample.count() - 1L);
        assertThat(result.err()).contains(torn + ", offset ").doesNotContain("\tat ");
        assertThat(result.err().lines()).hasSize(1);
    }

    @Test
    void shouldRefuseWhatIsNoCaptureInOneLine() throws Exception {
        Path text = Files.writeString(at("text"), "this is not a capture of packets, only text");
        for (String file : List.of(text.toString(), at("nosuch").toString(), directory.toString())) {
            for (String command : List.of("read", "convert", "strip")) {
                Pidcap.Result result = command.equals("read")
                        ? pidcap.run(command, file)
                        : pidcap.run(command, file, at("out.pcap").toString());
                assertThat(result.exitCode()).as(result.err()).isEqualTo(1);
                assertThat(result.err()).contains(file).doesNotContain("\tat ", "Exception");
                assertThat(result.err().lines()).hasSize(1);
            }
        }
        assertThat(at("out.pcap")).doesNotExist();
    }

    @Test
    void shouldSayWhetherAProbeIsSeen() throws Exception {
        Require.all(Require.ROOT);
        Pidcap.Result result = pidcap.run("doctor", "--probe", "lo");
        assertThat(result.out()).containsPattern("ok +probe lo +the capture saw the UDP packet of \\d+ bytes");
        Pidcap.Result unknown = pidcap.run("doctor", "--probe", "nosuch0");
        assertThat(unknown.out()).containsPattern("no +probe nosuch0 +there is no such interface");
        assertThat(unknown.exitCode()).isEqualTo(1);
        Pidcap.Result any = pidcap.run("doctor", "--probe", "any");
        assertThat(any.out()).contains("name one interface");
    }

    @Test
    void shouldSayWhatStandsInAProbesWay() throws Exception {
        Require.all(Require.ROOT, Require.NETNS, Require.NFT);
        String drop = "add table netdev t; add chain netdev t e "
                + "{ type filter hook egress device lo priority 0; policy drop; }";
        List<String> inNamespace =
                List.of("unshare", "--net", "sh", "-c", "ip link set lo up && nft '" + drop + "' && exec \"$@\"", "sh");
        Pidcap.Result result =
                pidcap.start(inNamespace, "doctor", "--probe", "lo").await();
        assertThat(result.out()).containsPattern("no +probe lo +send a packet").contains("nft list ruleset");
        assertThat(result.exitCode()).isEqualTo(1);
    }
}
