package io.pidcap.host.windows.npcap;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class Win32PathTest {
    @Test
    void shouldTurnOffTheLimitWhereAPathIsLong() {
        String names = "\\folder".repeat(40);
        assertThat(Win32Path.of("C:\\short\\run1-if0-000001.pcap")).isEqualTo("C:\\short\\run1-if0-000001.pcap");
        assertThat(Win32Path.of("C:" + names)).isEqualTo("\\\\?\\C:" + names);
        assertThat(Win32Path.of("\\\\server\\share" + names)).isEqualTo("\\\\?\\UNC\\server\\share" + names);
        assertThat(Win32Path.of("\\\\?\\C:" + names)).isEqualTo("\\\\?\\C:" + names);
        assertThat(Win32Path.of("NUL")).isEqualTo("NUL");
    }
}
