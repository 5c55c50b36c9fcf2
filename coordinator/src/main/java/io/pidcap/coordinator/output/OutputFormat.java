package io.pidcap.coordinator.output;

import io.pidcap.coordinator.filter.OutputInterfaces;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.PcapFileReader;
import io.pidcap.protocol.file.PcapHeader;
import io.pidcap.protocol.file.PcapWriter;
import io.pidcap.protocol.file.PcapngReader;
import io.pidcap.protocol.file.PcapngWriter;
import io.pidcap.protocol.file.SectionInfo;
import io.pidcap.protocol.wire.Build;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The capture file formats that there are; the file's suffix chooses. */
public enum OutputFormat {
    PCAP,
    PCAPNG;

    /** {@code .pcap} is pcap; {@code .pcapng}, any other suffix and none is pcapng. */
    public static OutputFormat of(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return name.endsWith(".pcap") ? PCAP : PCAPNG;
    }

    /** Why packets of these interfaces cannot be in one file; empty: they can. */
    public Optional<String> refusal(List<InterfaceDescription> interfaces) {
        return this == PCAP ? OutputInterfaces.pcapRefusal(interfaces) : Optional.empty();
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads a file to its end. */
    long countPackets(Path file) throws IOException {
        if (this == PCAP) {
            try (PcapFileReader reader = PcapFileReader.openWhole(file)) {
                return count(reader::next);
            }
        }
        try (PcapngReader reader = PcapngReader.open(file)) {
            return count(reader::next);
        }
    }

    /** Moves on to the next packet, if there is one. */
    private interface Step {
        boolean next() throws IOException;
    }

    private static long count(Step step) throws IOException {
        long packets = 0;
        while (step.next()) {
            packets++;
        }
        return packets;
    }

    /**
     * Goes on with a file. In pcapng that is a new section, which depends on nothing before it; in pcap more records.
     *
     * @param begun whether the file has a beginning already
     */
    public CaptureFileWriter appender(WritableByteChannel channel, Path file, OutputStyle style, boolean begun)
            throws IOException {
        boolean hasHeader = this == PCAP && begun;
        return writer(hasHeader ? new HeadlessChannel(channel, PcapHeader.LENGTH) : channel, file, style);
    }

    /**
     * Begins a file.
     *
     * @param file for messages
     */
    public CaptureFileWriter writer(WritableByteChannel channel, Path file, OutputStyle style) throws IOException {
        boolean several = style.split() || style.rotation().rotates();
        int bufferBytes = several ? CaptureFileWriter.LEAST_BUFFER_BYTES : CaptureFileWriter.BUFFER_BYTES;
        if (this == PCAP) {
            return new PcapWriter(channel, file.toString(), bufferBytes, !style.microseconds());
        }
        SectionInfo section = new SectionInfo(
                System.getProperty("os.arch", ""),
                System.getProperty("os.name", "") + " " + System.getProperty("os.version", ""),
                "pidcap " + Build.version(),
                "");
        return new PcapngWriter(
                channel, file.toString(), section, bufferBytes, style.annotation(), style.withArguments());
    }
}
