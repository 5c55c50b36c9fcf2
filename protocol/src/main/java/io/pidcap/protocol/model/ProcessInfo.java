package io.pidcap.protocol.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a process. Sent before the first event that names it, and again when it changed (exec).
 *
 * @param parentPid 0: none or not known
 * @param name the executable's base name in full; {@code comm} where the executable cannot be read
 * @param comm the main thread's name, at most 15 characters on Linux
 * @param executable absolute path; null where it cannot be read (a kernel thread, no permission, gone)
 * @param arguments argv; only {@code argv[0]} unless arguments were asked for, empty where it cannot be read
 * @param userId the real one, which a setuid program has from who called it; -1: not known
 * @param ownProgramSince of a process that was told of before by the names of the one that forked it: when it executed
 *     a program of its own; else null
 * @param changedSince of a process that was told of before, as another program or user: since when it is, or may be,
 *     what this says; else null
 */
public record ProcessInfo(
        ProcessIdentity identity,
        int parentPid,
        String name,
        String comm,
        @Nullable String executable,
        List<String> arguments,
        long userId,
        @Nullable ObservedTime ownProgramSince,
        @Nullable ObservedTime changedSince) {
    public ProcessInfo {
        arguments = List.copyOf(arguments);
    }

    /** One whose names are its own. */
    public ProcessInfo(
            ProcessIdentity identity,
            int parentPid,
            String name,
            String comm,
            @Nullable String executable,
            List<String> arguments,
            long userId) {
        this(identity, parentPid, name, comm, executable, arguments, userId, null, null);
    }

    /** The same, with the time of its first exec. */
    public ProcessInfo withOwnProgramSince(ObservedTime when) {
        return new ProcessInfo(identity, parentPid, name, comm, executable, arguments, userId, when, changedSince);
    }

    /** The same after it executed yet another program. */
    public ProcessInfo withChangedSince(ObservedTime when) {
        return new ProcessInfo(identity, parentPid, name, comm, executable, arguments, userId, ownProgramSince, when);
    }

    /** The same after it changed its user. */
    public ProcessInfo withUser(long newUserId, ObservedTime since) {
        return new ProcessInfo(identity, parentPid, name, comm, executable, arguments, newUserId, null, since);
    }

    /** The base name of {@code argv[0]}, without a login shell's leading dash; empty where there is none. */
    public String argumentName() {
        if (arguments.isEmpty()) {
            return "";
        }
        String first = arguments.get(0);
        String base = first.substring(first.lastIndexOf('/') + 1);
        return base.startsWith("-") ? base.substring(1) : base;
    }
}
