package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.session.Json;
import io.pidcap.coordinator.worker.HostQuery;
import io.pidcap.coordinator.worker.WorkerLauncher;
import io.pidcap.coordinator.worker.WorkerRole;
import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.LinkType;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pidcap interfaces}. */
@Command(name = "interfaces", header = "Lists the interfaces that -i takes.", optionListHeading = "%nOptions:%n")
final class InterfacesCommand extends BaseCommand {
    @Option(names = "--json", description = "Print JSON: a list with one entry for each interface.")
    boolean json;

    /** An interface as {@code --json} lists it. */
    record Row(
            String name,
            String description,
            List<String> addresses,
            List<String> linkTypes,
            boolean up,
            boolean running,
            boolean loopback) {}

    @Override
    int execute(Console console) throws Exception {
        List<Row> rows;
        try (HostQuery worker = HostQuery.open(WorkerLauncher.installedLibDirectory(), WorkerRole.CAPTURE)) {
            rows = worker.interfaces().stream().map(InterfacesCommand::row).toList();
        }
        if (json) {
            console.println(Json.write(rows));
        } else {
            console.print(describe(rows));
            if (rows.stream().allMatch(row -> row.linkTypes.isEmpty())) {
                console.say("none of them can be opened for capture: run as root, or see `pidcap doctor`");
            }
        }
        return ExitCode.OK.status();
    }

    private static Row row(InterfaceInfo info) {
        return new Row(
                info.name(),
                info.description(),
                info.addresses().stream().map(InterfaceInfo.Address::toString).toList(),
                info.linkTypes().stream().map(LinkType::toString).toList(),
                info.up(),
                info.running(),
                info.loopback());
    }

    /** One line for each interface, and one for each further address of it. */
    private static String describe(List<Row> rows) {
        TextTable table = new TextTable("NAME", "STATE", "LINK TYPE", "ADDRESS", "DESCRIPTION");
        for (Row row : rows) {
            String linkType = row.linkTypes.isEmpty() ? "?" : row.linkTypes.get(0);
            String first = row.addresses.isEmpty() ? "-" : row.addresses.get(0);
            table.row(row.name, state(row), linkType, first, row.description);
            row.addresses.stream().skip(1).forEach(address -> table.row("", "", "", address, ""));
        }
        return table.toString();
    }

    private static String state(Row row) {
        List<String> words = new ArrayList<>();
        words.add(row.up ? "up" : "down");
        if (row.running) {
            words.add("running");
        }
        if (row.loopback) {
            words.add("loopback");
        }
        return String.join(",", words);
    }
}
