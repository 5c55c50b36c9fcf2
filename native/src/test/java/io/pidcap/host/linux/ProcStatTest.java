package io.pidcap.host.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcStatTest {
    private static final String REST = " S 1 4711 4711 0 -1 4194560 8573 0 0 0 11 5 0 0 20 0 3 0 12345 24735744 3210"
            + " 18446744073709551615 1 1 0 0 0 0 0 16781312 134217730 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n";

    private static @Nullable ProcStat parse(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ProcStat.parse(bytes, bytes.length);
    }

    @Test
    void shouldReadWhatIdentifiesAProcess() {
        assertThat(parse("4711 (curl)" + REST))
                .isEqualTo(new ProcStat(4711, "curl", 'S', 1, false, 3, 12345))
                .extracting(ProcStat::startNanos)
                .isEqualTo(123_450_000_000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a) R 1 (b", ")", "(", "", "x\ny", "Ünïcödé"})
    void shouldTakeWhateverIsInTheOuterParenthesesAsTheName(String comm) {
        assertThat(parse("4711 (" + comm + ")" + REST))
                .extracting(ProcStat::comm)
                .isEqualTo(comm);
    }

    @Test
    void shouldKnowKernelThreadsByTheirFlag() {
        String kernel = "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 5 0 0 18446744073709551615 0\n";
        assertThat(parse(kernel)).extracting(ProcStat::kernelThread).isEqualTo(true);
    }

    @Test
    void shouldReadTheSameOrNothingWhenCutAtAnyLength() {
        byte[] bytes = ("4711 (a) S 1 (b)" + REST).getBytes(StandardCharsets.UTF_8);
        ProcStat whole = ProcStat.parse(bytes, bytes.length);
        assertThat(whole).isNotNull();
        for (int length = 0; length < bytes.length; length++) {
            assertThat(ProcStat.parse(bytes, length)).isIn(whole, null);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "(", "()", "1 () S", "x (y) S 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"})
    void shouldReadNothingFromSomethingElse(String text) {
        assertThat(parse(text)).isNull();
    }
}
