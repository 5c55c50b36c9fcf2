package io.pidcap.coordinator.platform;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlatformTest {
    @Test
    void shouldBeKnownByTheNameThatJavaHas() {
        assertThat(Platform.of("Windows 11")).isEqualTo(Platform.WINDOWS);
        assertThat(Platform.of("Windows Server 2022")).isEqualTo(Platform.WINDOWS);
        assertThat(Platform.of("Linux")).isEqualTo(Platform.UNIX);
        assertThat(Platform.of("")).isEqualTo(Platform.UNIX);
    }
}
