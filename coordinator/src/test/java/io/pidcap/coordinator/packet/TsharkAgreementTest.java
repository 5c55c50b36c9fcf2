package io.pidcap.coordinator.packet;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.PcapngWriter;
import io.pidcap.protocol.file.SectionInfo;
import io.pidcap.protocol.model.LinkType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.Arguments;

/** Our reading of a packet against another program's. */
class TsharkAgreementTest {
    private static final List<String> FIELDS = List.of(
            "ip.src",
            "ipv6.src",
            "tcp.srcport",
            "udp.srcport",
            "sctp.srcport",
            "ip.dst",
            "ipv6.dst",
            "tcp.dstport",
            "udp.dstport",
            "sctp.dstport",
            "icmp.ident",
            "icmpv6.echo.identifier");

    @TempDir
    Path directory;

    @Test
    void shouldSeeTheEndpointsThatTsharkSees() throws Exception {
        requireTshark();
        List<Arguments> packets = PacketEndpointParserTest.packets().toList();
        Path file = directory.resolve("packets.pcapng");
        write(file, packets);
        List<String> lines = tshark(file);
        assertThat(lines).hasSameSizeAs(packets);
        for (int i = 0; i < packets.size(); i++) {
            Object[] packet = packets.get(i).get();
            String theirs = endpoints(lines.get(i));
            String identifier = identifier(lines.get(i));
            assertThat(ours((LinkType) packet[1], (byte[]) packet[2], identifier))
                    .as("%s: %s", packet[0], lines.get(i))
                    .isEqualTo(theirs);
        }
    }

    private static void requireTshark() {
        String path = System.getenv().getOrDefault("PATH", "");
        if (Arrays.stream(path.split(":")).anyMatch(folder -> Files.isExecutable(Path.of(folder, "tshark")))) {
            return;
        }
        String reason = "needs tshark, which is not installed";
        if (Arrays.asList(System.getProperty("pidcap.require", "").split(",")).contains("tshark")) {
            Assertions.fail(reason);
        }
        System.err.println("skipped: " + reason);
        Assumptions.abort(reason);
    }

    private static void write(Path file, List<Arguments> packets) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (CaptureFileWriter writer =
                new PcapngWriter(channel, file.toString(), new SectionInfo("", "", "pidcap", ""))) {
            for (Arguments one : packets) {
                byte[] bytes = (byte[]) one.get()[2];
                int number = writer.addInterface(new InterfaceDescription("if", (LinkType) one.get()[1], 65535, ""));
                writer.write(number, 1_700_000_000_000_000_000L, bytes.length, ByteBuffer.wrap(bytes), null);
            }
        }
    }

    /** One line for each packet, its fields between tabs; of a field that occurs twice, as in a quote, the last. */
    private static List<String> tshark(Path file) throws Exception {
        List<String> command = new ArrayList<>(List.of("tshark", "-n", "-r", file.toString(), "-T", "fields"));
        command.addAll(List.of("-E", "occurrence=l", "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE"));
        FIELDS.forEach(field -> command.addAll(List.of("-e", field)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return output.lines().toList();
    }

    /** {@code address:port > address:port}, 0 where there is no port. */
    private static String endpoints(String line) {
        String[] fields = line.split("\t", -1);
        return end(fields, 0) + " > " + end(fields, 5);
    }

    private static String end(String[] fields, int at) {
        String address = fields[at].isEmpty() ? fields[at + 1] : fields[at];
        String port = fields[at + 2] + fields[at + 3] + fields[at + 4];
        return Packets.address(address) + ":" + (port.isEmpty() ? "0" : port);
    }

    private static String identifier(String line) {
        String[] fields = line.split("\t", -1);
        return fields[10] + fields[11];
    }

    /** The echo identifier, which is a port to us only, must be tshark's and is left out. */
    private static String ours(LinkType linkType, byte[] bytes, String identifier) {
        PacketEndpoints endpoints = new PacketEndpoints();
        PacketEndpointParser.parse(linkType, ByteBuffer.wrap(bytes), 0, bytes.length, endpoints);
        String text = endpoints
                .toString()
                .replaceFirst("^protocol \\d+ ", "")
                .replaceFirst("( quoted| [A-Z_]+ id \\d+)$", "");
        if (!identifier.isEmpty()) {
            String port = Integer.toString(Integer.decode(identifier));
            assertThat(text).contains(":" + port);
            text = text.replace(":" + port, ":0");
        }
        return text;
    }
}
