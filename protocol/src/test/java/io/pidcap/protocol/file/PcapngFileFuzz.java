package io.pidcap.protocol.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Whatever is in a pcapng file, it is read or refused by its exception; what was read can be written and read again. */
final class PcapngFileFuzz {
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
        List<Packet> packets;
        List<InterfaceDescription> interfaces;
        try (PcapngReader reader = PcapngReader.open(FILE)) {
            packets = Packet.readPcapng(reader);
            interfaces = reader.interfaces();
        } catch (CaptureFileException e) {
            assertThat(e).hasMessageContaining(FILE.toString());
            return;
        }
        Files.delete(COPY);
        SectionInfo info = new SectionInfo("", "", "", "");
        try (PcapngWriter writer = new PcapngWriter(Packet.create(COPY), COPY.toString(), info)) {
            for (InterfaceDescription one : interfaces) {
                writer.addInterface(one);
            }
            Packet.write(writer, packets);
        }
        try (PcapngReader reader = PcapngReader.open(COPY)) {
            assertThat(Packet.readPcapng(reader)).isEqualTo(packets);
        }
    }
}
