package io.pidcap.host.windows.npcap;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.HostException;
import io.pidcap.host.windows.StandIns;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class Win32ErrorsTest {
    @BeforeAll
    static void loadStandIns() {
        StandIns.inThisJvm();
    }

    /** Java leaves out the full stop. */
    @Test
    void shouldKnowAFullDiskByTheWordsOfJavasException() {
        int error = Win32Errors.INSTANCE.errorOf("There is not enough space on the disk");
        assertThat(error).isEqualTo(Win32Errors.ERROR_DISK_FULL);
        HostException failure = Win32Errors.INSTANCE.ofFile("write", "C:\\x", error);
        assertThat(failure.code()).isEqualTo(HostException.Code.DISK_FULL);
        assertThat(failure).hasMessage("write C:\\x: There is not enough space on the disk. (112)");
        assertThat(failure.hint()).contains("free some space");
    }

    @Test
    void shouldTakeNoOtherRefusalForAFullDisk() {
        assertThat(Win32Errors.INSTANCE.errorOf("Access is denied")).isZero();
        assertThat(Win32Errors.INSTANCE.errorOf("")).isZero();
        assertThat(Win32Errors.INSTANCE.ofFile("open", "x", 2).code()).isEqualTo(HostException.Code.IO);
    }
}
