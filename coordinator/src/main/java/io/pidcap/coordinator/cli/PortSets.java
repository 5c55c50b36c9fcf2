package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.model.TransportProtocol;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The sockets of some processes, parted into tcp, udp, tcp6 and udp6.
 *
 * @param byName the four sets, always all of them, each in the order of its ports
 * @param missing what was asked for and no process fits
 */
record PortSets(Map<String, List<Row>> byName, List<String> missing) {
    /** One socket of one process. */
    record Row(String local, int port, String remote, String state, int pid, String process) {}

    static PortSets of(SocketSnapshot snapshot, List<String> wanted) {
        Map<ProcessIdentity, ProcessInfo> chosen = new HashMap<>();
        List<String> missing = new ArrayList<>();
        for (String text : wanted) {
            ProcessSelector selector = selector(text);
            int before = chosen.size();
            boolean found = false;
            for (ProcessInfo process : snapshot.processes()) {
                if (selector.matches(process)
                        || selector.pids().contains(process.identity().pid())) {
                    chosen.put(process.identity(), process);
                    found = true;
                }
            }
            if (!found && chosen.size() == before) {
                missing.add(text);
            }
        }
        return new PortSets(sets(snapshot, chosen), missing);
    }

    private static ProcessSelector selector(String text) {
        return text.matches("[0-9]{1,9}")
                ? ProcessSelector.ofPid(Integer.parseInt(text))
                : ProcessSelector.ofNames(text);
    }

    private static Map<String, List<Row>> sets(SocketSnapshot snapshot, Map<ProcessIdentity, ProcessInfo> chosen) {
        Map<String, List<Row>> sets = new LinkedHashMap<>();
        for (String name : List.of("tcp", "udp", "tcp6", "udp6")) {
            sets.put(name, new ArrayList<>());
        }
        for (SocketEntry socket : snapshot.sockets()) {
            for (ProcessIdentity owner : socket.owners()) {
                ProcessInfo process = chosen.get(owner);
                List<Row> set = sets.get(setOf(socket));
                if (process != null && set != null) {
                    set.add(row(socket, process));
                }
            }
        }
        sets.values()
                .forEach(rows -> rows.sort(Comparator.comparingInt(Row::port).thenComparing(Row::remote)));
        return sets;
    }

    /** By the socket's own version: one of IPv6 may have IPv4 addresses. By its addresses where that is not known. */
    private static String setOf(SocketEntry socket) {
        FiveTuple tuple = socket.tuple();
        boolean ipv6 = switch (socket.ipVersion()) {
            case 4 -> false;
            case 6 -> true;
            default -> !isIpv4(tuple) && !tuple.local().address().isAny();
        };
        return TransportProtocol.name(tuple.protocol()) + (ipv6 ? "6" : "");
    }

    private static boolean isIpv4(FiveTuple tuple) {
        return tuple.local().address().isIpv4() || tuple.remote().address().isIpv4();
    }

    private static Row row(SocketEntry socket, ProcessInfo process) {
        FiveTuple tuple = socket.tuple();
        return new Row(
                tuple.local().toString(),
                tuple.local().port(),
                tuple.isConnected() ? tuple.remote().toString() : "-",
                socket.state().name().toLowerCase(Locale.ROOT),
                process.identity().pid(),
                process.name());
    }
}
