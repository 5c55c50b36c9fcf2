package io.pidcap.host.pcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.host.HostException;
import java.util.List;
import org.junit.jupiter.api.Test;

class LibPcapLibraryTest {
    @Test
    void shouldNameThePackageWhenTheLibraryIsMissing() {
        assertThatThrownBy(() -> LibPcapLibrary.find(List.of("libnosuchpcap.so.1", "libnosuchpcap.so")))
                .isInstanceOfSatisfying(HostException.class, e -> {
                    assertThat(e.code()).isEqualTo(HostException.Code.LIBRARY_MISSING);
                    assertThat(e.hint()).contains("apt-get install libpcap0.8");
                })
                .message()
                .contains("none of libnosuchpcap.so.1, libnosuchpcap.so can be loaded")
                .doesNotContain("\n");
    }

    @Test
    void shouldTellItsVersionWhenLoaded() {
        assertThat(LibPcapLibrary.load().pcap_lib_version()).startsWith("libpcap version ");
    }
}
