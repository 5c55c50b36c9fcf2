package io.pidcap.coordinator.attribution;

import io.pidcap.protocol.model.ProcessInfo;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

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
        return matchedName(process).isPresent();
    }

    /** The one of the process's three names, the full ones first, by which it is wanted. */
    Optional<String> matchedName(ProcessInfo process) {
        return Stream.of(process.name(), process.argumentName(), process.comm())
                .filter(name -> names.stream().anyMatch(pattern -> pattern.matches(name)))
                .findFirst();
    }
}
