package io.pidcap.coordinator.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.coordinator.platform.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamePatternTest {
    @ParameterizedTest
    @CsvSource({
        "curl, curl, true",
        "curl, curly, false",
        "curl, Curl, false",
        "curl, '', false",
        "*, '', true",
        "*, anything, true",
        "chrom*, chromium, true",
        "chrom*, chro, false",
        "*fox, firefox, true",
        "*fox, firefox-bin, false",
        "f*x*n, firefox-bin, true",
        "f*x*x, firefox-bin, false",
        "*a*a*, banana, true",
        "python3.?, python3.9, true",
        "python3.?, python3.11, false",
        "python3.?*, python3.11, true",
        "a.c, abc, false",
        "[x], [x], true",
        "**, x, true",
    })
    void shouldMatchWholeName(String pattern, String name, boolean expected) {
        assertThat(new NamePattern(pattern).matches(name)).isEqualTo(expected);
    }

    @Test
    void shouldRefuseEmptyPattern() {
        assertThatThrownBy(() -> new NamePattern("")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldNotTakeLongWhenPatternHasManyStars() {
        assertThat(new NamePattern("*a".repeat(40) + "b").matches("a".repeat(5000)))
                .isFalse();
    }

    @Test
    void shouldCompareAsFileNamesOfTheSystemAre() {
        assertThat(NamePattern.on(Platform.WINDOWS, "CHROM*.exe").matches("chrome.EXE"))
                .isTrue();
        assertThat(NamePattern.on(Platform.WINDOWS, "КЛЮЧ").matches("ключ")).isTrue();
        assertThat(NamePattern.on(Platform.UNIX, "CURL").matches("curl")).isFalse();
    }
}
