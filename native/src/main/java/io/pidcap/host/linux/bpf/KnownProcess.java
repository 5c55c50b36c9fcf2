package io.pidcap.host.linux.bpf;

import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** One process from when it is first heard of until it is forgotten; its identity never changes. */
final class KnownProcess {
    final ProcessIdentity identity;
    /** It alone, for the thousands of entries of which it is the only owner, */
    final List<ProcessIdentity> alone;
    /** and for the thousands of sockets. */
    final List<KnownProcess> aloneOwner = List.of(this);

    /** The sockets that it owns. */
    final Set<KnownSocket> sockets = new LinkedHashSet<>();

    ProcessInfo info;
    boolean exited;
    /** It came from a parent that had sockets, and has not executed its program yet. */
    boolean mayHaveInherited;

    /** It was forked and has executed nothing: its names are its parent's. */
    boolean hasParentsNames;

    /** The last time at which it had the user that {@link #info} says; {@link Long#MIN_VALUE}: nothing showed it. */
    long userSeenNanos = Long.MIN_VALUE;

    KnownProcess(ProcessInfo info) {
        this.info = info;
        identity = info.identity();
        alone = List.of(identity);
    }
}
