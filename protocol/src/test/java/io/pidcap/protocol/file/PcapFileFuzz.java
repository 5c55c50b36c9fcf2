package io.pidcap.protocol.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pidcap.protocol.model.LinkType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Whatever is in a pcap file, it is read or refused by its exception; what was read can be written and read again. */
final class PcapFileFuzz {
    private static final Path FILE;
    private static final Path COPY;

    static {
        try {
            FILE = FuzzFile.create();
            COPY = FuzzFile.create();
        } catch (IOException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @FuzzTest(maxDuration = "10s")
    void shouldReadOrRefuse(byte[] bytes) throws IOException {
        Files.write(FILE, bytes);
        List<Packet> packets = new ArrayList<>();
        LinkType linkType;
        try (PcapFileReader reader = PcapFileReader.openWhole(FILE)) {
            while (reader.next()) {
                packets.add(packet(reader.cursor()));
            }
            if (!reader.hasHeader()) {
                return;
            }
            linkType = reader.header().linkType();
        } catch (CaptureFileException e) {
            assertThat(e).hasMessageContaining(FILE.toString());
            return;
        }
        Files.delete(COPY);
        try (PcapWriter writer = new PcapWriter(Packet.create(COPY), COPY.toString())) {
            writer.addInterface(new InterfaceDescription("", linkType, 262144, ""));
            Packet.write(writer, packets);
        }
        try (PcapFileReader reader = PcapFileReader.openWhole(COPY)) {
            assertThat(Packet.readPcap(reader)).isEqualTo(packets);
        }
    }

    private static Packet packet(PcapCursor at) {
        return Packet.of(
                0, at.epochNanos(), at.originalLength(), at.buffer(), at.dataOffset(), at.capturedLength(), null);
    }
}
