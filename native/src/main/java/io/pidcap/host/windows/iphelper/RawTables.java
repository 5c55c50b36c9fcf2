package io.pidcap.host.windows.iphelper;

import io.pidcap.host.HostException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The socket tables as Windows gives them, all eight. One thread. */
public final class RawTables {
    private final IpHelper helper = new IpHelper();

    /**
     * By the names of their structures.
     *
     * @param problems gets the names of those that cannot be read, with the reason
     */
    public Map<String, byte[]> read(Map<String, String> problems) {
        Map<String, byte[]> tables = new LinkedHashMap<>();
        Stream.concat(SocketTableLayout.OWNER_MODULE.stream(), SocketTableLayout.OWNER_PID.stream())
                .forEach(layout -> {
                    try {
                        tables.put(layout.name(), helper.read(layout));
                    } catch (HostException e) {
                        problems.put(layout.name(), String.valueOf(e.getMessage()));
                    }
                });
        return tables;
    }
}
