package io.pidcap.coordinator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.failure.SessionException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ExitCodeTest {
    @Test
    void shouldGiveEachItsOwnNumberAndMeaning() {
        assertThat(Arrays.stream(ExitCode.values()).map(ExitCode::status)).doesNotHaveDuplicates();
        assertThat(Arrays.stream(ExitCode.values()).map(ExitCode::meaning)).doesNotHaveDuplicates();
    }

    @Test
    void shouldKeepTheNumbersThatAreDocumented() {
        assertThat(Arrays.stream(ExitCode.values()).map(ExitCode::status))
                .containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 125, 126, 127);
    }

    @Test
    void shouldHaveOneForEveryKindOfFailure() {
        assertThat(Arrays.stream(SessionException.Kind.values()).map(ExitCode::of))
                .doesNotHaveDuplicates()
                .doesNotContain(ExitCode.OK);
    }
}
