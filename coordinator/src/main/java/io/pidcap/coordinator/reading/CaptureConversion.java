package io.pidcap.coordinator.reading;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.filter.OutputInterfaces;
import io.pidcap.coordinator.output.OutputFormat;
import io.pidcap.coordinator.output.OutputStyle;
import io.pidcap.protocol.file.CaptureFileException;
import io.pidcap.protocol.file.CaptureFileReader;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.CaptureInput;
import io.pidcap.protocol.file.CapturedPacket;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.PcapWriter;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code pidcap convert}: the packets of a capture into a file of another format. One thread. */
public final class CaptureConversion {
    /** The longest packet that libpcap reads. */
    private static final int MAX_CAPTURED = 262144;

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long MAX_PCAP_SECONDS = 0xffff_ffffL;

    private final CaptureFileReader reader;
    private final String input;
    private final boolean toPcap;
    private final TimeResolution resolution;
    private final Path file;
    private final WritableByteChannel channel;
    private final ConversionLosses losses = new ConversionLosses();
    private final List<InterfaceDescription> described = new ArrayList<>();
    private final Set<InterfaceDescription> used = new LinkedHashSet<>();
    private int previousId = -1;
    private @Nullable CaptureFileWriter writer;
    private boolean cutToMicroseconds;
    private long packets;

    /**
     * What was done.
     *
     * @param file where the output is
     * @param lost what the format has no place for, one line for each kind
     * @param problem why the end of the input was not reached; empty: it was
     */
    public record Report(String file, String format, long packets, List<String> lost, String problem) {
        public Report {
            lost = List.copyOf(lost);
        }
    }

    private CaptureConversion(
            CaptureFileReader reader,
            String input,
            OutputRequest output,
            TimeResolution resolution,
            WritableByteChannel channel) {
        this.reader = reader;
        this.input = input;
        this.toPcap = OutputFormat.of(output.file()) == OutputFormat.PCAP;
        this.resolution = resolution;
        this.file = output.file();
        this.channel = channel;
    }

    /**
     * The output's suffix tells its format.
     *
     * @throws SessionException there is nothing to convert, the output cannot be written, or cannot hold the packets
     */
    public static Report run(CaptureInput input, OutputRequest output, TimeResolution resolution) throws IOException {
        OutputFormat format = OutputFormat.of(output.file());
        if (format == OutputFormat.PCAPNG && input.isPcapng()) {
            throw new SessionException(
                    Kind.USAGE, input.name() + " is pcapng already", "name a file that ends in .pcap");
        }
        if (format == OutputFormat.PCAPNG && resolution == TimeResolution.MICROSECONDS) {
            throw new SessionException(
                    Kind.USAGE, "pidcap writes pcapng with times in nanoseconds", "leave --micro out, or write .pcap");
        }
        CaptureFileReader reader = CaptureInputs.packets(input);
        OutputRequest.Written<Report> written = output.write(
                channel -> new CaptureConversion(reader, input.name(), output, resolution, channel).convert(format));
        Report report = written.result();
        return new Report(written.file().toString(), report.format, report.packets, report.lost, report.problem);
    }

    private Report convert(OutputFormat format) throws IOException {
        String problem = "";
        try {
            while (next()) {
                convertPacket();
            }
        } catch (CaptureFileException e) {
            problem = SessionException.words(e);
        }
        close(problem);
        return new Report(file.toString(), format.word(), packets, losses.lines(reader, toPcap), problem);
    }

    /** The reader's failure, told from the writer's by its class, or made one. */
    private boolean next() throws IOException {
        try {
            return reader.next();
        } catch (CaptureFileException e) {
            throw e;
        } catch (IOException e) {
            throw new CaptureFileException(input, reader.doneBytes(), SessionException.words(e));
        }
    }

    private void convertPacket() throws IOException {
        if (toPcap) {
            losses.annotations(reader.annotations());
        }
        CapturedPacket packet = reader.packet();
        if (packet.capturedLength() > MAX_CAPTURED) {
            losses.longPacket();
        } else if (packet.epochNanos() < 0 || isTooLate(packet.epochNanos())) {
            losses.unplacedTime();
        } else {
            write(packet);
        }
    }

    private boolean isTooLate(long epochNanos) {
        return toPcap && epochNanos / NANOS_PER_SECOND > MAX_PCAP_SECONDS;
    }

    private void write(CapturedPacket packet) throws IOException {
        requireInterface(reader.interfaceId());
        if (cutToMicroseconds && packet.epochNanos() % 1000 != 0) {
            losses.cutTime();
        }
        output().write(
                        0,
                        packet.epochNanos(),
                        packet.originalLength(),
                        packet.buffer(),
                        packet.dataOffset(),
                        packet.capturedLength(),
                        null);
        packets++;
    }

    /** The output has one interface: a pcap file has no other, and when it is pcapng, the input is pcap. */
    private void requireInterface(int id) throws IOException {
        if (id == previousId) {
            return;
        }
        previousId = id;
        if (id >= described.size()) {
            described.clear();
            described.addAll(reader.interfaces());
        }
        InterfaceDescription of = described.get(id);
        if (used.isEmpty()) {
            output().addInterface(outputInterface(of));
        }
        used.add(of);
        Optional<String> refusal = OutputInterfaces.pcapRefusal(List.copyOf(used));
        if (refusal.isPresent()) {
            throw new SessionException(Kind.USAGE, refusal.get(), "");
        }
    }

    /** 0 means no limit in pcapng, and something else to each reader of pcap. */
    private InterfaceDescription outputInterface(InterfaceDescription of) {
        return of.snaplen() > 0 || !toPcap
                ? of
                : new InterfaceDescription(of.name(), of.linkType(), MAX_CAPTURED, of.filter());
    }

    private CaptureFileWriter output() throws IOException {
        CaptureFileWriter opened = writer;
        if (opened == null) {
            opened = open();
            writer = opened;
        }
        return opened;
    }

    private CaptureFileWriter open() throws IOException {
        if (!toPcap) {
            return OutputFormat.PCAPNG.writer(channel, file, OutputStyle.DEFAULT);
        }
        boolean nanosecond = switch (resolution) {
            case KEPT -> reader.nanosecond();
            case NANOSECONDS -> true;
            case MICROSECONDS -> false;
        };
        cutToMicroseconds = !nanosecond;
        return new PcapWriter(channel, file.toString(), nanosecond);
    }

    /** A capture without packets has its interface too. */
    private void close(String problem) throws IOException {
        if (writer == null) {
            if (!problem.isEmpty()) {
                throw new SessionException(Kind.FAILURE, problem, "");
            }
            if (reader.interfaces().isEmpty()) {
                throw new SessionException(
                        Kind.FAILURE,
                        "the capture has neither packets nor an interface",
                        "there is nothing to convert");
            }
            output().addInterface(outputInterface(reader.interfaces().get(0)));
        }
        output().close();
    }
}
