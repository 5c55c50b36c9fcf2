package io.pidcap.host.linux.bpf;

import io.pidcap.host.EventTimes;
import io.pidcap.host.linux.bpf.KnownSocket.Ownership;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.model.TransportProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import org.agrona.collections.Long2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who owns which socket and what it owns, from the records in their order; tells what changes as flow events.
 *
 * <p>A process owns a socket if it made it, accepted it, has inherited it by a fork, or was seen to use it:
 *
 * <ul>
 *   <li>A socket begins with the process that made it.
 *   <li>A connection that comes in begins with every process that has the listener, because nobody knows yet which of
 *       them will accept it: packets come before the accept. The first process that calls anything on it is the one, and
 *       the others leave. Once a process sends or receives by it, those that only accepted or inherited it leave too: a
 *       server's parent keeps nothing of what its children serve.
 *   <li>A child owns what its parent owns from the fork on, until it executes another program; then it keeps what it
 *       still has (not close-on-exec). A fork that is followed by an exec at once gives nothing that the program does
 *       not keep.
 *   <li>A process that is given a socket by a local socket owns it from then on, beside who gave it. Of a connection that
 *       came in it also stays when one sends or receives that had it before.
 *   <li>A process that is seen to use a socket owns it from then on, however it came by it.
 *   <li>A process that ends leaves all. The one that closes last ends the socket.
 * </ul>
 */
final class SocketTracker {
    /** The table of sockets grows when so much of it is in use. */
    private static final float SOCKETS_BY_SLOT = 0.8f;

    /** Without an object for the cookie or for the entry: 50 bytes less for each of very many. */
    private final Long2ObjectHashMap<KnownSocket> byCookie = new Long2ObjectHashMap<>(1024, SOCKETS_BY_SLOT);

    private final EventTimes times;
    private final BatchBuilder batch;
    private final OlderSockets older;
    private final long ownNetnsId;
    /** Sockets that several processes share and by which datagrams go: whoever uses them must be asked. */
    private int sharedDatagramSockets;

    /** @param ownNetnsId the namespace of a socket that tells none */
    SocketTracker(EventTimes times, BatchBuilder batch, PortTable ports, long ownNetnsId) {
        this.times = times;
        this.batch = batch;
        this.older = new OlderSockets(ports);
        this.ownNetnsId = ownNetnsId;
    }

    int sharedDatagramSockets() {
        return sharedDatagramSockets;
    }

    int size() {
        return byCookie.size();
    }

    /** Of now: closing one of them does not disturb it. */
    List<KnownSocket> all() {
        return List.copyOf(byCookie.values());
    }

    @Nullable
    KnownSocket find(long cookie) {
        return byCookie.get(cookie);
    }

    /** Of which no record will tell that it was opened; told by {@link #tellOpened}. */
    KnownSocket add(HeldSocket held) {
        KnownSocket socket = new KnownSocket(held.cookie(), isTcp(held.tuple()), held.netnsCookie());
        byCookie.put(held.cookie(), socket);
        return socket;
    }

    List<KnownProcess> ownersOf(long cookie) {
        KnownSocket socket = byCookie.get(cookie);
        return socket == null ? List.of() : socket.owners();
    }

    /* What was there before the programs. */

    /**
     * Takes over the sockets of a survey that no record has told of; told by {@link #entries} or {@link #tellAdopted}.
     * Makes their ports known to the programs.
     *
     * @param processOf who a pid is
     */
    List<KnownSocket> adopt(List<HeldSocket> held, IntFunction<KnownProcess> processOf) {
        List<KnownSocket> adopted = new ArrayList<>(held.size());
        KnownProcess owner = null;
        for (HeldSocket each : held) {
            // A survey goes from process to process.
            if (owner == null || owner.identity.pid() != each.tgid()) {
                owner = processOf.apply(each.tgid());
            }
            adopted.add(adopt(each, owner));
        }
        older.count(adopted);
        return adopted;
    }

    private KnownSocket adopt(HeldSocket held, KnownProcess owner) {
        KnownSocket socket = byCookie.get(held.cookie());
        if (socket == null) {
            socket = add(held);
        }
        SocketState state = held.state();
        if (socket.last() == null && state != null) {
            socket.own(new Ownership(held.tuple(), state));
        }
        older.countRawSender(socket, held);
        join(socket, owner);
        return socket;
    }

    private static boolean isTcp(FiveTuple tuple) {
        return tuple.protocol() == TransportProtocol.TCP;
    }

    /** Those that have a tuple, for the snapshot. */
    List<SocketEntry> entries() {
        List<SocketEntry> entries = new ArrayList<>(byCookie.size());
        for (KnownSocket socket : byCookie.values()) {
            Ownership owned = socket.last();
            if (owned != null) {
                entries.add(new SocketEntry(
                        socket.cookie, socket.netnsId, owned.tuple(), owned.state(), identities(socket.owners())));
            }
        }
        return entries;
    }

    private static List<ProcessIdentity> identities(List<KnownProcess> owners) {
        if (owners.size() == 1) {
            return owners.get(0).alone;
        }
        return owners.stream().map(owner -> owner.identity).toList();
    }

    /** Tells of a socket that was adopted after the snapshot. */
    void tellAdopted(KnownSocket socket, long atNanos) {
        Ownership owned = socket.last();
        if (owned != null) {
            tellOpened(socket, owned, times.backFrom(atNanos, 0));
        }
    }

    /* What the records tell. */

    /**
     * A socket owns a tuple.
     *
     * @param maker null: not known
     * @param listenerCookie 0: it did not come out of a listener
     */
    void opened(
            long cookie,
            long listenerCookie,
            long netnsId,
            Ownership ownership,
            @Nullable KnownProcess maker,
            ObservedTime observed) {
        KnownSocket listener = byCookie.get(listenerCookie);
        if (listener != null) {
            listener.handedOver(ownership);
        }
        KnownSocket socket = byCookie.get(cookie);
        if (socket == null) {
            socket = begin(cookie, listenerCookie, netnsId, ownership, maker);
        }
        if (maker != null && !socket.accepted && socket.last() == null) {
            join(socket, maker);
        }
        if (!socket.own(ownership)) {
            return;
        }
        if (socket.owners().isEmpty()) {
            socket.keepUntold(ownership);
            return;
        }
        for (Ownership untold : socket.takeUntold()) {
            tellOpened(socket, untold, observed);
        }
        tellOpened(socket, ownership, observed);
    }

    private KnownSocket begin(
            long cookie, long listenerCookie, long netnsId, Ownership ownership, @Nullable KnownProcess maker) {
        KnownSocket listener = listenerCookie == 0 ? null : byCookie.get(listenerCookie);
        KnownSocket socket = new KnownSocket(cookie, isTcp(ownership.tuple()), netnsId != 0 ? netnsId : ownNetnsId);
        socket.accepted = listenerCookie != 0;
        if (socket.accepted && listener == null) {
            listener = findListener(ownership.tuple().local());
        }
        if (listener != null) {
            socket.netnsId = listener.netnsId;
            listener.owners().forEach(owner -> join(socket, owner));
        }
        if (socket.owners().isEmpty() && maker != null) {
            join(socket, maker);
        }
        byCookie.put(cookie, socket);
        return socket;
    }

    /** One that is closed by now, or whose record was lost, has no cookie that is known here. */
    private @Nullable KnownSocket findListener(Endpoint local) {
        for (KnownSocket socket : byCookie.values()) {
            Ownership owned = socket.last();
            if (owned != null
                    && owned.state() == SocketState.LISTENING
                    && listensTo(owned.tuple().local(), local)) {
                return socket;
            }
        }
        return null;
    }

    private static boolean listensTo(Endpoint listener, Endpoint local) {
        return listener.port() == local.port()
                && (listener.address().isAny() || listener.address().equals(local.address()));
    }

    void tellOpened(KnownSocket socket, Ownership ownership, ObservedTime observed) {
        Kind kind = Kind.OPENED;
        for (KnownProcess owner : socket.owners()) {
            batch.event(kind, observed, socket, ownership, owner);
            kind = Kind.OWNER_JOINED;
        }
    }

    /**
     * A process uses a socket.
     *
     * @param accepted it came out of a listener
     * @param movesData it sends or receives; else it calls something else on it
     * @param atNanos when it did
     * @param sinceNanos since when the socket can have been what it is; 0: it is older than the programs
     * @return false: nothing is known of the socket, neither what it owns
     */
    boolean used(
            long cookie,
            boolean accepted,
            boolean tcp,
            boolean movesData,
            long netnsId,
            KnownProcess user,
            long atNanos,
            long sinceNanos) {
        KnownSocket socket = byCookie.get(cookie);
        if (socket == null) {
            if (accepted || sinceNanos == 0) {
                return false;
            }
            // It will own something when it is connected or bound, and its maker will be told then.
            socket = new KnownSocket(cookie, tcp, netnsId);
            byCookie.put(cookie, socket);
            join(socket, user);
            return true;
        }
        joinAndTell(socket, user, times.backFrom(atNanos, sinceNanos));
        if (accepted) {
            leaveOthers(socket, user, movesData, times.of(atNanos));
        }
        return true;
    }

    private void joinAndTell(KnownSocket socket, KnownProcess user, ObservedTime observed) {
        if (socket.owners().contains(user)) {
            return;
        }
        boolean hadOwners = !socket.owners().isEmpty();
        join(socket, user);
        if (hadOwners) {
            tellLast(Kind.OWNER_JOINED, observed, socket, user);
        } else {
            for (Ownership untold : socket.takeUntold()) {
                tellOpened(socket, untold, observed);
            }
        }
    }

    /**
     * A process is given a socket by a local socket.
     *
     * @param hasPort else it owns nothing yet, and nothing need be known of it
     * @param atNanos when it got it
     * @return false: nothing is known of the socket, neither what it owns
     */
    boolean given(long cookie, boolean tcp, boolean hasPort, long netnsId, KnownProcess taker, long atNanos) {
        KnownSocket socket = byCookie.get(cookie);
        if (socket == null) {
            if (hasPort) {
                return false;
            }
            socket = new KnownSocket(cookie, tcp, netnsId);
            byCookie.put(cookie, socket);
        }
        joinAndTell(socket, taker, times.of(atNanos));
        if (socket.accepted) {
            // Only what was accepted can be given away: those that have the listener need not wait for who accepts.
            socket.taken = true;
            socket.addTaker(taker);
        }
        return true;
    }

    private void leaveOthers(KnownSocket socket, KnownProcess user, boolean movesData, ObservedTime observed) {
        if (movesData) {
            socket.addDataUser(user);
        }
        if (!movesData && socket.taken) {
            return;
        }
        socket.taken = true;
        for (KnownProcess other : List.copyOf(socket.owners())) {
            if (other != user && !socket.staysBeside(other, user)) {
                leave(socket, other, observed);
            }
        }
    }

    /**
     * The last descriptor is closed, or a connection that nobody accepted ended.
     *
     * @param closer null: not known
     */
    void closed(long cookie, @Nullable KnownProcess closer, long atNanos) {
        KnownSocket socket = byCookie.remove(cookie);
        if (socket == null) {
            return;
        }
        ObservedTime observed = times.of(atNanos);
        KnownProcess last = closer != null && socket.owners().contains(closer)
                ? closer
                : socket.owners().isEmpty()
                        ? null
                        : socket.owners().get(socket.owners().size() - 1);
        for (KnownProcess owner : List.copyOf(socket.owners())) {
            if (owner != last) {
                leave(socket, owner, observed);
            }
        }
        if (last != null) {
            tellLast(Kind.CLOSED, observed, socket, last);
            unlink(socket, last);
        }
        older.forget(socket);
    }

    /* What processes do. */

    void inherited(KnownProcess parent, KnownProcess child, long atNanos) {
        ObservedTime observed = times.of(atNanos);
        for (KnownSocket socket : List.copyOf(parent.sockets)) {
            join(socket, child);
            tellLast(Kind.OWNER_JOINED, observed, socket, child);
        }
    }

    /** A process executed another program and has {@code kept} of its sockets. */
    void keptAtExec(KnownProcess process, Set<Long> kept, long atNanos) {
        ObservedTime observed = times.of(atNanos);
        for (KnownSocket socket : List.copyOf(process.sockets)) {
            // What it alone has is not closed: that would have been told.
            if (!kept.contains(socket.cookie) && socket.owners().size() > 1) {
                leave(socket, process, observed);
            }
        }
        for (long cookie : kept) {
            KnownSocket socket = byCookie.get(cookie);
            if (socket != null && !socket.owners().contains(process)) {
                join(socket, process);
                tellLast(Kind.OWNER_JOINED, observed, socket, process);
            }
        }
    }

    boolean isOwner(long cookie, @Nullable KnownProcess process) {
        KnownSocket socket = byCookie.get(cookie);
        return socket != null && process != null && socket.owners().contains(process);
    }

    void exited(KnownProcess process, long atNanos) {
        ObservedTime observed = times.of(atNanos);
        for (KnownSocket socket : List.copyOf(process.sockets)) {
            // The last one's sockets are told when they are released, which follows.
            if (socket.owners().size() > 1) {
                leave(socket, process, observed);
            }
        }
    }

    void tellLast(Kind kind, ObservedTime observed, KnownSocket socket, KnownProcess owner) {
        Ownership last = socket.last();
        if (last != null) {
            batch.event(kind, observed, socket, last, owner);
        }
    }

    void join(KnownSocket socket, KnownProcess owner) {
        if (!socket.owners().contains(owner)) {
            socket.addOwner(owner);
            owner.sockets.add(socket);
            countShared(socket, 2, 1);
        }
    }

    void leave(KnownSocket socket, KnownProcess owner, ObservedTime observed) {
        unlink(socket, owner);
        tellLast(Kind.OWNER_LEFT, observed, socket, owner);
    }

    private void unlink(KnownSocket socket, KnownProcess owner) {
        if (socket.removeOwner(owner)) {
            owner.sockets.remove(socket);
            socket.forget(owner);
            countShared(socket, 1, -1);
        }
    }

    private void countShared(KnownSocket socket, int ownersNow, int difference) {
        if (socket.owners().size() == ownersNow && !socket.tcp) {
            sharedDatagramSockets += difference;
        }
    }
}
