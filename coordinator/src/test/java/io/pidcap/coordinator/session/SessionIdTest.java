package io.pidcap.coordinator.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionIdTest {
    private static final LocalDateTime WHEN = LocalDateTime.of(2026, 11, 21, 9, 30, 12);

    @ParameterizedTest
    @CsvSource({
        "curl, 20261121-093012-curl",
        "/usr/bin/curl, 20261121-093012-curl",
        "'a b/..', 20261121-093012-process",
        "'../../etc', 20261121-093012-etc",
        "'Web Content', 20261121-093012-Web_Content",
        "'chrom*', 20261121-093012-chrom",
        "'', 20261121-093012-process",
        "aVeryLongProgramNameThatGoesOnAndOn, 20261121-093012-aVeryLongProgramName",
    })
    void shouldBeReadableAndSafe(String subject, String expected) {
        String id = SessionId.of(WHEN, subject, 1);

        assertThat(id).isEqualTo(expected);
        assertThat(SessionId.isValid(id)).isTrue();
    }

    @Test
    void shouldTellSessionsOfTheSameSecondApart() {
        assertThat(SessionId.of(WHEN, "curl", 2)).isEqualTo("20261121-093012-curl-2");
    }

    @Test
    void shouldNameTheOutputAfterTheProcess() {
        assertThat(SessionId.outputName(WHEN, "curl")).isEqualTo("curl-20261121-093012.pcapng");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../x", "a/b", "-x", "a..b", "a b", "a\nb"})
    void shouldRefuseWhatLeavesItsDirectory(String text) {
        assertThat(SessionId.isValid(text)).isFalse();
    }
}
