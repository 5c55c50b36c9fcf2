package io.pidcap.coordinator.reading;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pidcap.coordinator.printing.PacketJson;
import io.pidcap.coordinator.printing.PacketLine;
import io.pidcap.coordinator.printing.ProcessComment;
import io.pidcap.protocol.file.CaptureFileException;
import io.pidcap.protocol.file.CaptureInput;
import io.pidcap.protocol.file.ProcessStripper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.time.ZoneOffset;

/**
 * Whatever is in a capture, packed or not, each packet of it is one line, and what cannot be read is told. A stripped copy
 * has the same packets and nothing more to strip.
 */
final class CaptureReadingFuzz {
    private static final long MAX_PACKETS = 1000;

    private final PacketLine line = new PacketLine(ZoneOffset.UTC);

    @FuzzTest(maxDuration = "10s")
    void shouldReadOrRefuse(byte[] bytes) throws IOException {
        CaptureReading.Result result;
        boolean pcapng;
        try (CaptureInput input = open(bytes)) {
            pcapng = input.isPcapng();
            result = read(input);
        } catch (CaptureFileException e) {
            assertThat(e).hasMessageStartingWith("input, offset ");
            return;
        }
        assertThat(result.problem()).matches("|(?s)input, offset .*");
        if (pcapng && result.packets() < MAX_PACKETS) {
            byte[] stripped = strip(bytes);
            // A file that ends before its first whole block is none.
            if (stripped.length > 0) {
                assertThat(strip(stripped)).isEqualTo(stripped);
            }
        }
    }

    private static CaptureInput open(byte[] bytes) throws IOException {
        return CaptureInput.open(new ByteArrayInputStream(bytes), "input");
    }

    private CaptureReading.Result read(CaptureInput input) {
        FlowStatistics statistics = new FlowStatistics();
        CaptureReading.Sink sink = (packet, process) -> {
            assertThat(line.of(packet, process)).doesNotContain("\n", "\u001b");
            assertThat(PacketJson.line(packet, process)).startsWith("{").doesNotContain("\n");
            return statistics.packet(packet, process);
        };
        CaptureReading.Result result = new CaptureReading(sink, MAX_PACKETS).run(input);
        long counted = statistics.rows().stream()
                .mapToLong(row -> row.packets() + row.backPackets())
                .sum();
        assertThat(counted).isEqualTo(result.packets());
        return result;
    }

    private static byte[] strip(byte[] bytes) throws IOException {
        ByteArrayOutputStream stripped = new ByteArrayOutputStream();
        try (CaptureInput input = open(bytes)) {
            ProcessStripper stripper = new ProcessStripper(
                    input,
                    Channels.newChannel(stripped),
                    "output",
                    comment -> ProcessComment.parse(comment).isPresent());
            try {
                while (stripper.next()) {
                    // Copied.
                }
            } catch (CaptureFileException e) {
                assertThat(e).hasMessageStartingWith("input, offset ");
            } finally {
                stripper.close();
            }
        }
        return stripped.toByteArray();
    }
}
