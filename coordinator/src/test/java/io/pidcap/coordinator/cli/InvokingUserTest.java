package io.pidcap.coordinator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class InvokingUserTest {
    private static final Map<String, String> SUDO = Map.of("SUDO_UID", "1000", "SUDO_GID", "1001", "SUDO_USER", "me");

    @Test
    void shouldBeWhoCalledSudo() {
        assertThat(InvokingUser.of(SUDO, true)).isEqualTo(new InvokingUser(1000, 1001, "me"));
    }

    @Test
    void shouldBeNobodyWhenWeAreNotRoot() {
        assertThat(InvokingUser.of(SUDO, false).isSomebody()).isFalse();
    }

    @Test
    void shouldBeNobodyWithoutSudoOrWhenRootCalledIt() {
        assertThat(InvokingUser.of(Map.of(), true).isSomebody()).isFalse();
        assertThat(InvokingUser.of(Map.of("SUDO_UID", "0", "SUDO_GID", "0", "SUDO_USER", "root"), true)
                        .isSomebody())
                .isFalse();
        assertThat(InvokingUser.of(Map.of("SUDO_UID", "x", "SUDO_GID", "1", "SUDO_USER", "me"), true)
                        .isSomebody())
                .isFalse();
    }
}
