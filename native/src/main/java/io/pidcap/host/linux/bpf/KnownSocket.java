package io.pidcap.host.linux.bpf;

import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.SocketState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One socket from its first record until it is released. */
final class KnownSocket {
    /** So many tuples are kept of a socket whose owner is not known yet. */
    private static final int MOST_UNOWNED = 16;

    final long cookie;
    final boolean tcp;
    long netnsId;
    /** It came out of a listener. */
    boolean accepted;
    /** The process that accepted it has shown itself; until then all that have the listener own it. */
    boolean taken;
    /** It is older than the programs; then what it counts for among the ports, see {@link PortTable}. */
    boolean countedAsOlder;

    boolean rawSender;

    /** In the order in which they came; a list of its own only where there are several. */
    private List<KnownProcess> owners = List.of();
    /** Those of the owners that were seen to send or receive; kept of accepted sockets only. */
    private List<KnownProcess> dataUsers = List.of();
    /** Those of the owners that were given it by a local socket; kept of accepted sockets only. */
    private List<KnownProcess> takers = List.of();

    private @Nullable Ownership first;
    private @Nullable Ownership last;
    private List<Ownership> untold = List.of();

    /** A tuple that a socket owns. */
    record Ownership(FiveTuple tuple, SocketState state) {
        boolean saysTheSameAs(@Nullable Ownership other) {
            return other != null && state == other.state && tuple.equals(other.tuple);
        }
    }

    KnownSocket(long cookie, boolean tcp, long netnsId) {
        this.cookie = cookie;
        this.tcp = tcp;
        this.netnsId = netnsId;
    }

    /** Two of one cookie are never held together; the identity's code would cost a call into the JVM for each. */
    @Override
    public int hashCode() {
        return Long.hashCode(cookie);
    }

    /** Each once; not to be changed. */
    List<KnownProcess> owners() {
        return owners;
    }

    /** One that is not among them. */
    void addOwner(KnownProcess owner) {
        if (owners.isEmpty()) {
            owners = owner.aloneOwner;
            return;
        }
        owners = owners.size() == 1 ? new ArrayList<>(owners) : owners;
        owners.add(owner);
    }

    /** False: it was none. */
    boolean removeOwner(KnownProcess owner) {
        if (!owners.contains(owner)) {
            return false;
        }
        if (owners.size() == 1) {
            owners = List.of();
            return true;
        }
        owners.remove(owner);
        owners = owners.size() == 1 ? owners.get(0).aloneOwner : owners;
        return true;
    }

    void addDataUser(KnownProcess user) {
        if (!dataUsers.contains(user)) {
            dataUsers = dataUsers.isEmpty() ? new ArrayList<>(1) : dataUsers;
            dataUsers.add(user);
        }
    }

    void addTaker(KnownProcess taker) {
        if (!takers.contains(taker)) {
            takers = takers.isEmpty() ? new ArrayList<>(1) : takers;
            takers.add(taker);
        }
    }

    /** Forgets how a former owner came by the socket. */
    void forget(KnownProcess owner) {
        if (!dataUsers.isEmpty()) {
            dataUsers.remove(owner);
        }
        if (!takers.isEmpty()) {
            takers.remove(owner);
        }
    }

    /**
     * Whether an owner remains one when another one uses the socket: if it was seen to send or receive, or was given the
     * socket when the other had it already, because who has given it away may still use it.
     */
    boolean staysBeside(KnownProcess owner, KnownProcess user) {
        return dataUsers.contains(owner) || (takers.contains(owner) && owners.indexOf(owner) > owners.indexOf(user));
    }

    /** False: it was told already. */
    boolean own(Ownership next) {
        if (next.saysTheSameAs(last) || next.saysTheSameAs(first)) {
            return false;
        }
        first = first == null ? next : first;
        last = next;
        return true;
    }

    /** A socket that came out of this one has the tuple now: if this one has it again, that is news. */
    void handedOver(Ownership taken) {
        if (taken.saysTheSameAs(last)) {
            last = first;
        }
    }

    /** Keeps what cannot be told because nobody is known to own the socket. */
    void keepUntold(Ownership next) {
        if (untold.isEmpty()) {
            untold = new ArrayList<>(1);
        }
        if (untold.size() < MOST_UNOWNED) {
            untold.add(next);
        }
    }

    List<Ownership> takeUntold() {
        List<Ownership> taken = untold;
        untold = List.of();
        return taken;
    }

    /** The last tuple, if there is any. */
    @Nullable
    Ownership last() {
        return last;
    }

    @Nullable
    Ownership first() {
        return first;
    }
}
