package io.pidcap.coordinator.reading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.PcapWriter;
import io.pidcap.protocol.file.PcapngWriter;
import io.pidcap.protocol.file.SectionInfo;
import io.pidcap.protocol.model.LinkType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaptureConversionTest {
    private static final InterfaceDescription ETH0 = new InterfaceDescription("", LinkType.ETHERNET, 65535, "");
    private static final long TIME = 1_700_000_000_000_000_000L;

    @TempDir
    Path directory;

    private static FileChannel create(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private PcapngWriter pcapng(Path file) throws IOException {
        return new PcapngWriter(create(file), file.toString(), new SectionInfo("", "", "", ""));
    }

    private static void write(CaptureFileWriter writer, Random random, int packets) throws IOException {
        for (int i = 0; i < packets; i++) {
            byte[] data = new byte[random.nextInt(2000)];
            random.nextBytes(data);
            long time = TIME + random.nextInt(1_000_000_000);
            writer.write(0, time, data.length + random.nextInt(100), ByteBuffer.wrap(data), null);
        }
    }

    private CaptureConversion.Report convert(Path from, Path to, TimeResolution resolution) throws IOException {
        InputStream none = new ByteArrayInputStream(new byte[0]);
        try (var input = CaptureInputs.open(from.toString(), none)) {
            return CaptureConversion.run(input, new OutputRequest(to, false, -1, -1), resolution);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldComeBackAsItWas(boolean nanosecond) throws IOException {
        long seed = System.nanoTime();
        Path first = directory.resolve("first.pcap");
        try (PcapWriter writer = new PcapWriter(create(first), first.toString(), nanosecond)) {
            writer.addInterface(ETH0);
            write(writer, new Random(seed), 500);
        }
        Path pcapng = directory.resolve("there.pcapng");
        Path back = directory.resolve("back.pcap");
        CaptureConversion.Report there = convert(first, pcapng, TimeResolution.KEPT);
        assertThat(there.packets()).isEqualTo(500);
        assertThat(there.lost()).isEmpty();
        TimeResolution same = nanosecond ? TimeResolution.KEPT : TimeResolution.MICROSECONDS;
        assertThat(convert(pcapng, back, same).problem()).isEmpty();
        assertThat(Files.readAllBytes(back)).as("seed " + seed).isEqualTo(Files.readAllBytes(first));
    }

    @Test
    void shouldKeepOrChooseTheResolutionOfPcap() throws IOException {
        Path micro = directory.resolve("micro.pcap");
        try (PcapWriter writer = new PcapWriter(create(micro), micro.toString(), false)) {
            writer.addInterface(ETH0);
            write(writer, new Random(1), 10);
        }
        Path kept = directory.resolve("kept.pcap");
        Path nano = directory.resolve("nano.pcap");
        Path again = directory.resolve("again.pcap");
        convert(micro, kept, TimeResolution.KEPT);
        convert(micro, nano, TimeResolution.NANOSECONDS);
        assertThat(convert(nano, again, TimeResolution.MICROSECONDS).lost()).isEmpty();
        assertThat(Files.readAllBytes(kept)).isEqualTo(Files.readAllBytes(micro));
        assertThat(Files.readAllBytes(again)).isEqualTo(Files.readAllBytes(micro));
        assertThat(Files.readAllBytes(nano)).isNotEqualTo(Files.readAllBytes(micro));
    }

    @Test
    void shouldCountWhatPcapHasNoPlaceFor() throws IOException {
        Path from = directory.resolve("from.pcapng");
        try (PcapngWriter writer = pcapng(from)) {
            writer.addInterface(new InterfaceDescription("eth0", LinkType.ETHERNET, 0, "tcp"));
            ByteBuffer data = ByteBuffer.allocate(60);
            writer.write(0, TIME, 60, data, writer.comment("one"));
            writer.write(0, TIME + 1, 60, data, writer.comment("two"));
            writer.write(0, (1L << 32) * 1_000_000_000L, 60, data, null);
        }
        Path to = directory.resolve("to.pcap");
        CaptureConversion.Report report = convert(from, to, TimeResolution.MICROSECONDS);
        assertThat(report.packets()).isEqualTo(2);
        assertThat(report.lost())
                .containsExactly(
                        "1 packets with a time before 1970 or too late for the format, left out",
                        "1 times cut to microseconds",
                        "2 comments of packets",
                        "1 interfaces' names and filters");
    }

    @Test
    void shouldRefuseASecondLinkTypeInPcap() throws IOException {
        Path from = directory.resolve("from.pcapng");
        try (PcapngWriter writer = pcapng(from)) {
            writer.addInterface(new InterfaceDescription("eth0", LinkType.ETHERNET, 0, ""));
            writer.addInterface(new InterfaceDescription("tun0", LinkType.RAW, 0, ""));
            writer.write(0, TIME, 60, ByteBuffer.allocate(60), null);
            writer.write(1, TIME, 60, ByteBuffer.allocate(60), null);
        }
        Path to = directory.resolve("to.pcap");
        assertThatThrownBy(() -> convert(from, to, TimeResolution.KEPT))
                .isInstanceOf(SessionException.class)
                .hasMessageContaining("EN10MB (eth0)")
                .hasMessageContaining("RAW (tun0)");
        assertThat(directory).isDirectoryNotContaining("glob:**to.pcap*");
    }

    @Test
    void shouldConvertWhatComesBeforeTheDamage() throws IOException {
        Path from = directory.resolve("from.pcapng");
        try (PcapngWriter writer = pcapng(from)) {
            writer.addInterface(ETH0);
            write(writer, new Random(2), 10);
        }
        byte[] whole = Files.readAllBytes(from);
        Files.write(from, Arrays.copyOf(whole, whole.length - 4));
        CaptureConversion.Report report = convert(from, directory.resolve("to.pcap"), TimeResolution.KEPT);
        assertThat(report.packets()).isEqualTo(9);
        assertThat(report.problem()).contains(from + ", offset ");
    }

    @Test
    void shouldKeepTheInterfaceOfAnEmptyCapture() throws IOException {
        Path from = directory.resolve("from.pcap");
        try (PcapWriter writer = new PcapWriter(create(from), from.toString())) {
            writer.addInterface(ETH0);
        }
        Path pcapng = directory.resolve("there.pcapng");
        Path back = directory.resolve("back.pcap");
        convert(from, pcapng, TimeResolution.KEPT);
        convert(pcapng, back, TimeResolution.KEPT);
        assertThat(Files.readAllBytes(back)).isEqualTo(Files.readAllBytes(from));
    }
}
