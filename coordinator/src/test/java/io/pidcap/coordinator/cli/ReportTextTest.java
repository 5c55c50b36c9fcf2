package io.pidcap.coordinator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.session.Reports;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportTextTest {
    @Test
    void shouldTellWhatWasCapturedAndWhatWasNot() {
        assertThat(ReportText.summary(Reports.finished()).lines().toList())
                .startsWith(
                        "1,234 packets in 10.0 s: /home/me/a.pcapng (1.2 MiB)",
                        "  5,432 received = 1,234 kept + 4,198 skipped + 0 dropped",
                        "  kept: 1,230 socket event, 4 listener",
                        "  skipped: 4,198 of other processes",
                        "  owners learnt by proc")
                .endsWith(
                        "",
                        " PID  PROCESS  PACKETS    BYTES  FLOWS",
                        "4711  curl       1,234  1.1 MiB      3",
                        "an end note")
                .anyMatch(line ->
                        line.startsWith("  gap: no events worker from ") && line.endsWith("(1,000 ms): killed"));
    }

    @Test
    void shouldSayWhatIsNotFilteredYet() {
        assertThat(ReportText.equation(Reports.capturing().packets()))
                .isEqualTo("  5,444 received = 1,234 kept + 4,198 skipped + 0 dropped + 12 not filtered yet\n");
    }

    @ParameterizedTest
    @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1.0 KiB", "1536, 1.5 KiB", "1073741824, 1.0 GiB"})
    void shouldWriteSizes(long bytes, String expected) {
        assertThat(ReportText.bytes(bytes)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"40, 0.0 s", "1260, 1.3 s", "59900, 59.9 s", "62000, 1 min 2 s", "11520000, 3 h 12 min"})
    void shouldWriteDurations(long millis, String expected) {
        assertThat(ReportText.seconds(Duration.ofMillis(millis))).isEqualTo(expected);
    }
}
