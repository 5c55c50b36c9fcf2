package io.pidcap.coordinator.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RotationNamesTest {
    private static final ZoneId ZONE = ZoneId.of("America/St_Johns");
    private static final Instant BEGIN = Instant.parse("2026-02-03T04:05:06.7Z");

    /** What date(1) prints for this time and TZ. */
    @ParameterizedTest
    @CsvSource({
        "%Y%m%d-%H%M%S, 20260203-003506",
        "%y.%j.%s, 26.034.1770091506",
        "%FT%T%z, 2026-02-03T00:35:06-0330",
        "100%%, 100%",
    })
    void shouldFormatAsStrftimeDoes(String pattern, String expected) {
        assertThat(Strftime.format(pattern, BEGIN.atZone(ZONE))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%q", "a%", "%D"})
    void shouldNameTheConversionThatThereIsNot(String pattern) {
        assertThatThrownBy(() -> Strftime.format(pattern, ZonedDateTime.now(ZONE)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is none of %Y");
    }

    @Test
    void shouldKnowWhetherANameHasATime() {
        assertThat(Strftime.hasTime("a%S")).isTrue();
        assertThat(Strftime.hasTime("a")).isFalse();
        assertThat(Strftime.hasTime("100%%")).isFalse();
        assertThat(Strftime.hasTime("%%%S")).isTrue();
    }

    /** As tcpdump 4.99 names them. */
    @ParameterizedTest
    @CsvSource({
        "0, 'a.pcap a.pcap1 a.pcap2 a.pcap3'",
        "1, 'a.pcap a.pcap a.pcap a.pcap'",
        "2, 'a.pcap0 a.pcap1 a.pcap0 a.pcap1'",
        "10, 'a.pcap0 a.pcap1 a.pcap2 a.pcap3'",
        "11, 'a.pcap00 a.pcap01 a.pcap02 a.pcap03'",
    })
    void shouldNumberAsTcpdumpDoes(int files, String expected) {
        assertThat(four("a.pcap", new Rotation(1, 0, files), Set.of())).isEqualTo(expected);
    }

    @Test
    void shouldPassOverWhatIsTaken() {
        assertThat(four("a", new Rotation(1, 0, 0), Set.of("a1", "a3"))).isEqualTo("a a2 a4 a5");
        assertThat(four("a", new Rotation(1, 0, 4), Set.of("a1", "a2"))).isEqualTo("a0 a3 a0 a3");
        assertThat(four("a", new Rotation(1, 0, 2), Set.of("a0", "a1"))).isEqualTo("a0 a1 a0 a1");
    }

    @Test
    void shouldNumberAnewInEachPeriod() {
        RotationNames names = new RotationNames(
                Path.of("/%Y/%S.pcap"), new Rotation(1, 1000, 30), ZONE, path -> path.endsWith("07.pcap00"));
        assertThat(names.first(BEGIN)).hasToString("/%Y/06.pcap00");
        assertThat(names.next()).hasToString("/%Y/06.pcap01");
        assertThat(names.ofPeriod(BEGIN.plusSeconds(1))).hasToString("/%Y/07.pcap01");
        assertThat(names.ofPeriod(BEGIN.plusSeconds(2))).hasToString("/%Y/08.pcap00");
    }

    private static String four(String file, Rotation rotation, Set<String> taken) {
        RotationNames names = new RotationNames(
                Path.of("/x", file), rotation, ZONE, path -> taken.contains(String.valueOf(path.getFileName())));
        List<Path> paths = new ArrayList<>(List.of(names.first(BEGIN)));
        while (paths.size() < 4) {
            paths.add(names.next());
        }
        return String.join(
                " ",
                paths.stream().map(path -> String.valueOf(path.getFileName())).toList());
    }
}
