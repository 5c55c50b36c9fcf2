package io.pidcap.host.windows.iphelper;

import io.pidcap.host.windows.Mingw;
import io.pidcap.protocol.model.TransportProtocol;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The numbers of our layouts, said to a compiler that has Windows' own headers. */
class SocketTableHeadersTest {
    @TempDir
    Path directory;

    @Test
    void shouldReadWhereWindowsWrites() {
        Mingw.require();
        List<String> lines = new ArrayList<>(List.of(
                "#include <winsock2.h>", "#include <ws2ipdef.h>", "#include <iphlpapi.h>", "#include <stddef.h>"));
        Stream.concat(SocketTableLayout.OWNER_MODULE.stream(), SocketTableLayout.OWNER_PID.stream())
                .forEach(layout -> lines.addAll(assertions(layout)));
        Mingw.compile(directory, lines);
    }

    private static List<String> assertions(SocketTableLayout layout) {
        String table = layout.name();
        String row = table.replace("TABLE", "ROW");
        boolean tcp = layout.protocol() == TransportProtocol.TCP;
        String prefix = layout.ipVersion() == 4 ? "dw" : "uc";
        List<String> lines = new ArrayList<>();
        lines.add(Mingw.isAt(table, "dwNumEntries", 0));
        lines.add(Mingw.isAt(table, "table", layout.firstRow()));
        lines.add(Mingw.isLong(row, layout.rowBytes()));
        lines.add(Mingw.isAt(row, prefix + "LocalAddr", layout.localAddress()));
        lines.add(Mingw.isAt(row, "dwLocalPort", layout.localPort()));
        lines.add(Mingw.isAt(row, "dwOwningPid", layout.pid()));
        if (tcp) {
            lines.add(Mingw.isAt(row, "dwState", layout.state()));
            lines.add(Mingw.isAt(row, prefix + "RemoteAddr", layout.remoteAddress()));
            lines.add(Mingw.isAt(row, "dwRemotePort", layout.remotePort()));
        }
        boolean module = layout.created() != SocketTableLayout.NONE;
        if (module) {
            lines.add(Mingw.isAt(row, "liCreateTimestamp", layout.created()));
        }
        String tableClass = (tcp ? "TCP" : "UDP") + "_TABLE_OWNER_" + (module ? "MODULE" : "PID") + (tcp ? "_ALL" : "");
        lines.add(Mingw.equals(tableClass, layout.tableClass()));
        return lines;
    }
}
