package io.pidcap.coordinator.extcap;

import io.pidcap.protocol.model.ProcessInfo;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The list of running processes that Wireshark offers: each program by its names, the file's and that of {@code argv[0]},
 * and where several processes run a file, each of them.
 */
public final class ProcessPicker {
    private ProcessPicker() {}

    /**
     * An entry of the list.
     *
     * @param display for people
     */
    public record Entry(ProcessChoice choice, String display) {}

    /** @param ownPid of this program, which with its children is no choice */
    public static List<Entry> entries(List<ProcessInfo> processes, long ownPid) {
        Map<String, List<ProcessInfo>> byName =
                new TreeMap<>(String.CASE_INSENSITIVE_ORDER.thenComparing(Comparator.naturalOrder()));
        for (ProcessInfo process : processes) {
            if (isProgram(process) && pid(process) != ownPid && process.parentPid() != ownPid) {
                for (String name : names(process)) {
                    byName.computeIfAbsent(name, any -> new ArrayList<>()).add(process);
                }
            }
        }
        List<Entry> entries = new ArrayList<>();
        byName.forEach((name, all) -> addProgram(entries, name, all));
        return List.copyOf(entries);
    }

    private static void addProgram(List<Entry> entries, String name, List<ProcessInfo> all) {
        if (all.size() == 1) {
            entries.add(new Entry(ProcessChoice.named(name), name + " (pid " + pid(all.get(0)) + ")"));
            return;
        }
        entries.add(new Entry(ProcessChoice.named(name), name + " (" + all.size() + " processes)"));
        all.stream()
                .filter(process -> process.name().equals(name))
                .sorted(Comparator.comparingInt(ProcessPicker::pid))
                .forEach(process -> entries.add(new Entry(
                        ProcessChoice.ofPid(pid(process)),
                        String.join(", ", names(process)) + ", only pid " + pid(process))));
    }

    /** A thread of the kernel has neither file nor arguments. */
    private static boolean isProgram(ProcessInfo process) {
        return !process.name().isEmpty()
                && (process.executable() != null || !process.arguments().isEmpty());
    }

    /** The first is the file's. A process may also tell in {@code argv[0]} what it does, which is no name. */
    private static Set<String> names(ProcessInfo process) {
        Set<String> names = new LinkedHashSet<>(Set.of(process.name()));
        String ofArgument = process.argumentName();
        if (!ofArgument.isEmpty() && process.arguments().get(0).chars().noneMatch(Character::isWhitespace)) {
            names.add(ofArgument);
        }
        return names;
    }

    private static int pid(ProcessInfo process) {
        return process.identity().pid();
    }
}
