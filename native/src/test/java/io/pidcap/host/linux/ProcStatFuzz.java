package io.pidcap.host.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;

/** Whatever is in {@code /proc/PID/stat}: a process can choose its name, and it may end while the file is read. */
final class ProcStatFuzz {
    @FuzzTest(maxDuration = "10s")
    void shouldReadOrNotAndTheSameWhateverFollows(byte[] bytes) {
        ProcStat read = ProcStat.parse(bytes, bytes.length);
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 8);
        Arrays.fill(longer, bytes.length, longer.length, (byte) ')');
        assertThat(ProcStat.parse(longer, bytes.length)).isEqualTo(read);
        if (read != null) {
            // A part of it is the same or nothing, but where the name's end is lost with it.
            int afterName = lastIndexOf(bytes, (byte) ')') + 1;
            for (int length = afterName; length < bytes.length; length++) {
                assertThat(ProcStat.parse(bytes, length)).isIn(read, null);
            }
        }
    }

    private static int lastIndexOf(byte[] bytes, byte wanted) {
        int at = bytes.length - 1;
        while (at >= 0 && bytes[at] != wanted) {
            at--;
        }
        return at;
    }
}
