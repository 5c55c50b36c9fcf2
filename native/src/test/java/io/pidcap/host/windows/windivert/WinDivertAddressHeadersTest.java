package io.pidcap.host.windows.windivert;

import io.pidcap.host.windows.Mingw;
import io.pidcap.host.windows.StandIns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The numbers of our layout, said to a compiler that lays out structures as Windows' do. WinDivert's header is not ours to
 * carry: the structure is declared after its documentation.
 */
class WinDivertAddressHeadersTest {
    private static final String TYPE = "WINDIVERT_ADDRESS";

    @TempDir
    Path directory;

    @Test
    void shouldReadWhereTheDriverWrites() throws IOException {
        Mingw.require();
        StandIns.copySource("windivert_address.h", directory);
        Mingw.compile(
                directory,
                List.of(
                        "#include \"windivert_address.h\"",
                        Mingw.isLong(TYPE, WinDivertAddressLayout.BYTES),
                        Mingw.isAt(TYPE, "Timestamp", WinDivertAddressLayout.TIMESTAMP),
                        Mingw.isAt(TYPE, "Flow.EndpointId", WinDivertAddressLayout.ENDPOINT_ID),
                        Mingw.isAt(TYPE, "Flow.ProcessId", WinDivertAddressLayout.PROCESS_ID),
                        Mingw.isAt(TYPE, "Flow.LocalAddr", WinDivertAddressLayout.LOCAL_ADDRESS),
                        Mingw.isAt(TYPE, "Flow.RemoteAddr", WinDivertAddressLayout.REMOTE_ADDRESS),
                        Mingw.isAt(TYPE, "Flow.LocalPort", WinDivertAddressLayout.LOCAL_PORT),
                        Mingw.isAt(TYPE, "Flow.RemotePort", WinDivertAddressLayout.REMOTE_PORT),
                        Mingw.isAt(TYPE, "Flow.Protocol", WinDivertAddressLayout.PROTOCOL),
                        // What bits have has no offset: one is set, and the byte looked at.
                        bits("Layer", "Event", WinDivertAddressLayout.LAYER, WinDivertAddressLayout.EVENT)));
    }

    private static String bits(String layer, String event, int layerAt, int eventAt) {
        return "extern char wrong_bits(void);\n"
                + "char bits(void) {\n"
                + "    union { WINDIVERT_ADDRESS address; unsigned char bytes[80]; } one = {0};\n"
                + "    one.address." + layer + " = 3;\n"
                + "    one.address." + event + " = 7;\n"
                + "    return one.bytes[" + layerAt + "] == 3 && one.bytes[" + eventAt + "] == 7 ? 0 : wrong_bits();\n"
                + "}";
    }
}
