package io.pidcap.host.windows.iphelper;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Tables of any bytes. */
class SocketTableFuzz {
    private static final List<SocketTableLayout> LAYOUTS = Stream.concat(
                    SocketTableLayout.OWNER_MODULE.stream(), SocketTableLayout.OWNER_PID.stream())
            .toList();

    /** The first byte chooses the layout. */
    @FuzzTest(maxDuration = "10s")
    void shouldAccountForEveryRow(byte[] bytes) {
        if (bytes.length == 0) {
            return;
        }
        SocketTableLayout layout = LAYOUTS.get(Byte.toUnsignedInt(bytes[0]) % LAYOUTS.size());
        byte[] table = Arrays.copyOfRange(bytes, 1, bytes.length);
        var parsed = SocketTableParser.parse(layout, table);
        assertThat(parsed.rows().size() + parsed.malformed()).isEqualTo(SocketTableParser.announcedRows(table));
    }
}
