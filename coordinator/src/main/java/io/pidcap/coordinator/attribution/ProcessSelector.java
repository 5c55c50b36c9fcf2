package io.pidcap.coordinator.attribution;

import io.pidcap.coordinator.platform.Platform;
import io.pidcap.protocol.model.ProcessInfo;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which processes the user wants: those that a name, an executable or a pid fits, of the given users if any is given;
 * all processes of these users if there is nothing else; everything if nothing is named.
 *
 * @param names compared with the executable's base name, {@code comm} and the base name of {@code argv[0]}
 * @param executables compared with the executable's absolute path
 * @param pids each means the process that has the pid when the session first sees it, not a later one with the same pid
 * @param userIds real users; none: those of all users
 * @param childrenOf pids of processes that are not wanted themselves but whose children are, such as the command that
 *     starts the wanted program; they must live as long as the session
 * @param withDescendants whatever a wanted process starts is wanted too, whatever its user
 */
public record ProcessSelector(
        List<NamePattern> names,
        List<NamePattern> executables,
        Set<Integer> pids,
        Set<Long> userIds,
        Set<Integer> childrenOf,
        boolean withDescendants) {
    public ProcessSelector {
        names = List.copyOf(names);
        executables = List.copyOf(executables);
        pids = Set.copyOf(pids);
        userIds = Set.copyOf(userIds);
        childrenOf = Set.copyOf(childrenOf);
    }

    /** Processes of these names, and nothing else. */
    public static ProcessSelector ofNames(String... names) {
        return new ProcessSelector(patterns(List.of(names)), List.of(), Set.of(), Set.of(), Set.of(), false);
    }

    /** Processes of these executables, and nothing else. */
    public static ProcessSelector ofExecutables(String... paths) {
        return new ProcessSelector(List.of(), patterns(List.of(paths)), Set.of(), Set.of(), Set.of(), false);
    }

    /** This process, and nothing else. */
    public static ProcessSelector ofPid(int pid) {
        return new ProcessSelector(List.of(), List.of(), Set.of(pid), Set.of(), Set.of(), false);
    }

    /** Nothing is named: all packets are wanted, those of unknown owners too. */
    public boolean wantsEverything() {
        return names.isEmpty() && executables.isEmpty() && pids.isEmpty() && userIds.isEmpty() && childrenOf.isEmpty();
    }

    /** Compared as this system compares file names. */
    public static List<NamePattern> patterns(List<String> texts) {
        Platform platform = Platform.current();
        return texts.stream().map(text -> NamePattern.on(platform, text)).toList();
    }

    /** True if a name or the executable fits, or at most users were asked for; the user is another question. */
    public boolean matches(ProcessInfo process) {
        return matchedName(process).isPresent()
                || matchesExecutable(process)
                || (names.isEmpty() && executables.isEmpty() && pids.isEmpty() && !userIds.isEmpty())
                || wantsEverything();
    }

    /** True if processes of its user are wanted. */
    public boolean allowsUser(ProcessInfo process) {
        return userIds.isEmpty() || userIds.contains(process.userId());
    }

    private boolean matchesExecutable(ProcessInfo process) {
        String path = process.executable();
        return path != null && executables.stream().anyMatch(pattern -> pattern.matches(path));
    }

    /** The one of the process's three names, the full ones first, by which it is wanted. */
    Optional<String> matchedName(ProcessInfo process) {
        return Stream.of(process.name(), process.argumentName(), process.comm())
                .filter(name -> names.stream().anyMatch(pattern -> pattern.matches(name)))
                .findFirst();
    }
}
