package io.pidcap.coordinator.attribution;

import io.pidcap.protocol.model.ProcessInfo;
import java.util.List;
import java.util.Set;

/**
 * Which processes the user wants.
 *
 * @param names compared with the executable's base name, {@code comm} and the base name of {@code argv[0]}
 * @param pids each means the process that has the pid when the session first sees it, not a later one with the same pid
 * @param childrenOf pids of processes that are not wanted themselves but whose children are, such as the command that
 *     starts the wanted program; they must live as long as the session
 * @param withDescendants whatever a wanted process starts is wanted too
 */
public record ProcessSelector(
        List<NamePattern> names, Set<Integer> pids, Set<Integer> childrenOf, boolean withDescendants) {
    public ProcessSelector {
        names = List.copyOf(names);
        pids = Set.copyOf(pids);
        childrenOf = Set.copyOf(childrenOf);
    }

    /** Processes of these names, and nothing else. */
    public static ProcessSelector ofNames(String... names) {
        return new ProcessSelector(List.of(names).stream().map(NamePattern::new).toList(), Set.of(), Set.of(), false);
    }

    /** True if one of the process's three names fits one of the patterns. */
    public boolean matchesName(ProcessInfo process) {
        String argumentName = process.argumentName();
        for (NamePattern pattern : names) {
            if (pattern.matches(process.name()) || pattern.matches(process.comm()) || pattern.matches(argumentName)) {
                return true;
            }
        }
        return false;
    }
}
