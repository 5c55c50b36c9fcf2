package io.pidcap.coordinator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class UnitsTest {
    @ParameterizedTest
    @CsvSource({"10s, 10000", "500ms, 500", "2m, 120000", "1h, 3600000", "3, 3000", "1.5s, 1500", "0.25 h, 900000"})
    void shouldReadDurations(String text, long millis) {
        assertThat(new Units.Millis().convert(text)).isEqualTo(millis);
    }

    @ParameterizedTest
    @CsvSource({"64M, 67108864", "512K, 524288", "1G, 1073741824", "100, 100", "1.5kib, 1536", "2 MB, 2097152"})
    void shouldReadSizes(String text, long bytes) {
        assertThat(new Units.Bytes().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @CsvSource({"1, 1000000", "100, 100000000", "1k, 1024", "64M, 67108864", "1.5M, 1572864"})
    void shouldReadFileSizesAsTcpdumpDoes(String text, long bytes) {
        assertThat(new Units.FileSize().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s", "-1s", "0", "1d", "1e3", "9999999999999h", "ten"})
    void shouldRefuseWhatIsNoAmount(String text) {
        assertThatThrownBy(() -> new Units.Millis().convert(text)).isInstanceOf(TypeConversionException.class);
        assertThatThrownBy(() -> new Units.Bytes().convert(text + "x")).isInstanceOf(TypeConversionException.class);
    }
}
