package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.session.Json;
import io.pidcap.coordinator.worker.HostQuery;
import io.pidcap.coordinator.worker.WorkerLauncher;
import io.pidcap.coordinator.worker.WorkerRole;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pidcap ports}. */
@Command(
        name = "ports",
        header = "Lists the sockets of processes.",
        description = {"", "The sockets of now, in the sets tcp, udp, tcp6 and udp6.", ""},
        optionListHeading = "%nOptions:%n")
final class PortsCommand extends BaseCommand {
    @Parameters(arity = "1..*", paramLabel = "NAME|PID", description = "Processes by name or by number.")
    List<String> wanted = new ArrayList<>();

    @Option(names = "--json", description = "Print JSON: one list for each of the four sets.")
    boolean json;

    @Override
    int execute(Console console) throws Exception {
        SocketSnapshot snapshot;
        try (HostQuery worker = HostQuery.open(WorkerLauncher.installedLibDirectory(), WorkerRole.EVENTS)) {
            snapshot = worker.snapshot();
        }
        PortSets sets = PortSets.of(snapshot, wanted);
        if (!sets.missing().isEmpty()) {
            throw new SessionException(
                    Kind.NOT_FOUND,
                    "there is no process " + String.join(", ", sets.missing()) + " now",
                    "`ps -e` lists them; those of other users are seen by root only");
        }
        console.print(json ? Json.write(sets.byName()) + "\n" : describe(sets));
        return ExitCode.OK.status();
    }

    private static String describe(PortSets sets) {
        TextTable table = new TextTable("SET", "LOCAL", "REMOTE", "STATE", ">PID", "PROCESS");
        sets.byName()
                .forEach((set, rows) -> rows.forEach(
                        row -> table.row(set, row.local(), row.remote(), row.state(), row.pid(), row.process())));
        return table.isEmpty() ? "no sockets\n" : table.toString();
    }
}
