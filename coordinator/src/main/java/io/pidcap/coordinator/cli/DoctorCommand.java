package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.session.Json;
import io.pidcap.coordinator.session.SessionHome;
import io.pidcap.coordinator.worker.HostQuery;
import io.pidcap.coordinator.worker.PrivilegeFeatures;
import io.pidcap.coordinator.worker.WorkerException;
import io.pidcap.coordinator.worker.WorkerLauncher;
import io.pidcap.coordinator.worker.WorkerRole;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.HostFeature.Availability;
import io.pidcap.protocol.wire.Build;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pidcap doctor}. */
@Command(
        name = "doctor",
        header = "Says what this host can and cannot do.",
        description = {
            "",
            "Tries what a capture needs and says what works, what does not, and what to do about it.",
            "Returns 0 if a capture is possible, and the probe was seen, 1 if not.",
            ""
        },
        optionListHeading = "%nOptions:%n")
final class DoctorCommand extends BaseCommand {
    @Option(names = "--json", description = "Print JSON: a list with one entry for each thing that was tried.")
    boolean json;

    @Option(
            names = "--probe",
            paramLabel = "IF",
            description = "Also send a small packet through interface IF, to this host itself, and say whether the "
                    + "capture saw it.")
    @Nullable
    String probe;

    @Override
    int execute(Console console) throws Exception {
        List<HostFeature> found = new ArrayList<>();
        found.add(program());
        found.add(system());
        found.add(stateDirectory());
        found.addAll(PrivilegeFeatures.probe());
        found.addAll(askWorkers());
        if (json) {
            console.println(Json.write(found));
        } else {
            console.print(describe(found));
        }
        boolean possible = found.stream()
                .noneMatch(feature -> isNeeded(feature) && feature.availability() == Availability.UNAVAILABLE);
        return possible ? ExitCode.OK.status() : ExitCode.FAILURE.status();
    }

    /** What no capture can do without; the rest only makes it better. */
    private static boolean isNeeded(HostFeature feature) {
        return switch (feature.name()) {
            case "libpcap", "capture", "socket-tables", "flow-events", "state directory" -> true;
            case "capture-worker", "event-worker" -> true;
            default -> feature.name().startsWith("probe ");
        };
    }

    private static HostFeature program() {
        String java = System.getProperty("java.runtime.version") + " (" + System.getProperty("java.vendor") + ")";
        return new HostFeature("pidcap", Availability.AVAILABLE, "version " + Build.version() + ", Java " + java, "");
    }

    private static HostFeature system() {
        return new HostFeature(
                "system",
                Availability.AVAILABLE,
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch") + ", user " + System.getProperty("user.name"),
                "");
    }

    private static HostFeature stateDirectory() {
        Path base = SessionHome.locate();
        try {
            SessionHome.open(base);
            return new HostFeature("state directory", Availability.AVAILABLE, base.toString(), "");
        } catch (SessionException e) {
            return new HostFeature("state directory", Availability.UNAVAILABLE, e.text(), e.hint());
        }
    }

    /** Both start before either is asked: their JVMs start side by side. */
    private List<HostFeature> askWorkers() throws IOException, InterruptedException {
        Path lib = WorkerLauncher.installedLibDirectory();
        List<HostFeature> features = new ArrayList<>();
        try (HostQuery capture = HostQuery.open(lib, WorkerRole.CAPTURE);
                HostQuery events = HostQuery.open(lib, WorkerRole.EVENTS)) {
            features.addAll(ask(capture::features, WorkerRole.CAPTURE));
            features.addAll(ask(events::features, WorkerRole.EVENTS));
            if (probe != null) {
                String interfaceName = probe;
                features.addAll(ask(() -> List.of(capture.probeInterface(interfaceName)), WorkerRole.CAPTURE));
            }
        }
        return features;
    }

    private interface Question {
        List<HostFeature> ask() throws InterruptedException;
    }

    private static List<HostFeature> ask(Question question, WorkerRole role) throws InterruptedException {
        try {
            return question.ask();
        } catch (WorkerException e) {
            return List.of(new HostFeature(
                    role.program(),
                    Availability.UNAVAILABLE,
                    e.failure().message(),
                    e.failure().hint()));
        }
    }

    private static String describe(List<HostFeature> features) {
        TextTable table = new TextTable("", "WHAT", "FOUND");
        for (HostFeature feature : features) {
            table.row(mark(feature.availability()), feature.name(), feature.detail());
            if (!feature.remedy().isEmpty() && feature.availability() != Availability.AVAILABLE) {
                table.row("", "", "-> " + feature.remedy());
            }
        }
        return table.toString();
    }

    private static String mark(Availability availability) {
        return switch (availability) {
            case AVAILABLE -> "ok";
            case UNAVAILABLE -> "no";
            case UNKNOWN -> "?";
        };
    }
}
