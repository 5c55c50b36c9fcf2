package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.extcap.ExtcapAnswers;
import io.pidcap.coordinator.extcap.ProcessPicker;
import io.pidcap.coordinator.session.SessionConfig;
import io.pidcap.coordinator.worker.HostQuery;
import io.pidcap.coordinator.worker.WorkerException;
import io.pidcap.coordinator.worker.WorkerLauncher;
import io.pidcap.coordinator.worker.WorkerRole;
import io.pidcap.protocol.model.InterfaceInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The options of the interface with what there is to choose now, asked of the workers. */
final class ExtcapChoices {
    private static final String PROCESS_OPTION = "process";

    private ExtcapChoices() {}

    /**
     * What cannot be found out is said, and left out: the dialog can still be used without.
     *
     * @param reloadOption the only one that is asked for, with or without its dashes; null: all
     */
    static List<String> of(Console console, @Nullable String reloadOption) throws InterruptedException {
        Path lib = WorkerLauncher.installedLibDirectory();
        if (reloadOption != null) {
            boolean processes = reloadOption.replaceFirst("^--", "").equals(PROCESS_OPTION);
            return processes ? ExtcapAnswers.processes(processes(console, lib)) : List.of();
        }
        try (HostQuery interfaces = HostQuery.open(lib, WorkerRole.CAPTURE)) {
            List<ProcessPicker.Entry> processes = processes(console, lib);
            return ExtcapAnswers.options(processes, interfaces(console, interfaces), SessionConfig.MAX_SNAPLEN_BYTES);
        } catch (IOException e) {
            console.error(e);
            return ExtcapAnswers.options(processes(console, lib), List.of(), SessionConfig.MAX_SNAPLEN_BYTES);
        }
    }

    private static List<ProcessPicker.Entry> processes(Console console, Path lib) throws InterruptedException {
        try (HostQuery worker = HostQuery.open(lib, WorkerRole.EVENTS)) {
            return ProcessPicker.entries(
                    worker.snapshot().processes(), ProcessHandle.current().pid());
        } catch (IOException | WorkerException e) {
            console.error(e);
            return List.of();
        }
    }

    private static List<InterfaceInfo> interfaces(Console console, HostQuery worker) throws InterruptedException {
        try {
            return worker.interfaces();
        } catch (WorkerException e) {
            console.error(e);
            return List.of();
        }
    }
}
