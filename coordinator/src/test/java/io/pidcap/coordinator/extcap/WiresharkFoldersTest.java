package io.pidcap.coordinator.extcap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class WiresharkFoldersTest {
    private static final Path HOME = Path.of("/home/u");

    @Test
    void shouldReadTheReportOfVersion40() {
        WiresharkFolders folders = WiresharkFolders.parse("""
                Temp:                \t/tmp
                Personal configuration:\t/home/u/.config/wireshark
                Extcap path:         \t/usr/lib/x86_64-linux-gnu/wireshark/extcap
                MaxMind database path:\t/usr/share/GeoIP
                MaxMind database path:\t/var/lib/GeoIP
                """, HOME);
        assertThat(folders.personal()).containsExactly(Path.of("/home/u/.config/wireshark/extcap"));
        assertThat(folders.global()).contains(Path.of("/usr/lib/x86_64-linux-gnu/wireshark/extcap"));
    }

    @Test
    void shouldReadTheReportOfVersion42() {
        WiresharkFolders folders = WiresharkFolders.parse("""
                Personal configuration:\t/home/u/.config/wireshark
                Personal Extcap path:\t/home/u/.local/lib/wireshark/extcap
                Global Extcap path:  \t/usr/lib/wireshark/extcap
                """, HOME);
        assertThat(folders.personal()).containsExactly(Path.of("/home/u/.local/lib/wireshark/extcap"));
        assertThat(folders.global()).contains(Path.of("/usr/lib/wireshark/extcap"));
    }

    @Test
    void shouldNameTheFoldersOfBothWhenNothingIsTold() {
        WiresharkFolders folders = WiresharkFolders.parse("no report\n", HOME);
        assertThat(folders.personal())
                .containsExactly(
                        Path.of("/home/u/.local/lib/wireshark/extcap"), Path.of("/home/u/.config/wireshark/extcap"));
        assertThat(folders.global()).isEmpty();
    }
}
