package io.pidcap.coordinator.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionStateTest {
    private static final List<SessionState> ORDER = List.of(
            SessionState.STARTING,
            SessionState.CAPTURING,
            SessionState.STOPPING,
            SessionState.DRAINING,
            SessionState.FINISHED);

    @Test
    void shouldNeverGoBackNorSkip() {
        for (int i = 0; i < ORDER.size(); i++) {
            for (int j = 0; j < ORDER.size(); j++) {
                assertThat(ORDER.get(i).canBecome(ORDER.get(j)))
                        .as("%s to %s", ORDER.get(i), ORDER.get(j))
                        .isEqualTo(j == i + 1);
            }
        }
    }

    @Test
    void shouldFailFromWhereverItIsNotOver() {
        for (SessionState state : SessionState.values()) {
            assertThat(state.canBecome(SessionState.FAILED)).isEqualTo(!state.isOver());
            assertThat(SessionState.FAILED.canBecome(state)).isFalse();
        }
    }

    @Test
    void shouldBeOverOnlyAtTheEnd() {
        assertThat(Arrays.stream(SessionState.values()).filter(SessionState::isOver))
                .containsExactly(SessionState.FINISHED, SessionState.FAILED, SessionState.RECOVERED);
    }
}
