package io.pidcap.coordinator.journal;

import io.pidcap.protocol.model.ProcessIdentity;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One life of a socket in the beginning of a journal: which of its records make what it is at the end of that beginning.
 * Places are those of {@link SocketSurvey}.
 */
final class SurveyedSocket {
    static final long STILL_OPEN = Long.MAX_VALUE;

    /** What it owned. */
    static final class Tuple {
        final SurveyedSocket socket;
        final long hash;
        final boolean connected;
        final long place;
        final long fromMonotonicNanos;
        boolean open = true;
        /** Whose tuple that is now; null: it ended otherwise, or has not. */
        @Nullable
        SurveyedSocket lostTo;

        @Nullable
        Tuple next;

        Tuple(SurveyedSocket socket, long hash, boolean connected, long place, long fromMonotonicNanos) {
            this.socket = socket;
            this.hash = hash;
            this.connected = connected;
            this.place = place;
            this.fromMonotonicNanos = fromMonotonicNanos;
        }
    }

    private static final class Owner {
        final ProcessIdentity identity;
        final long place;
        boolean present = true;
        /** Something of the socket began with it. */
        boolean opener;

        Owner(ProcessIdentity identity, long place) {
            this.identity = identity;
            this.place = place;
        }
    }

    final long id;
    final long beganAt;
    long closedAt = STILL_OPEN;
    /** Another of the same number. */
    @Nullable
    SurveyedSocket next;

    /** In their order. */
    private final List<Tuple> tuples = new ArrayList<>(1);

    private final List<Owner> owners = new ArrayList<>(1);
    private int openTuples;
    private boolean shared;
    private boolean entirely;

    SurveyedSocket(long id, long beganAt) {
        this.id = id;
        this.beganAt = beganAt;
    }

    boolean livedAt(long place) {
        return beganAt <= place && place <= closedAt;
    }

    List<Tuple> tuples() {
        return tuples;
    }

    int openTuples() {
        return openTuples;
    }

    boolean isShared() {
        return shared;
    }

    /** Every record of it is kept. */
    void keepEntirely() {
        entirely = true;
    }

    @Nullable
    Tuple openTuple(long hash) {
        for (Tuple tuple : tuples) {
            if (tuple.open && tuple.hash == hash) {
                return tuple;
            }
        }
        return null;
    }

    /** One that it had and lost is as nothing then. */
    void add(Tuple tuple) {
        tuples.removeIf(other -> other.hash == tuple.hash && !other.open);
        tuples.add(tuple);
        openTuples++;
    }

    void end(Tuple tuple) {
        tuple.open = false;
        openTuples--;
    }

    void forget(Tuple tuple) {
        end(tuple);
        tuples.remove(tuple);
    }

    /** @return false: it was an owner already */
    boolean join(ProcessIdentity identity, long place) {
        if (openTuples == 0) {
            owners.forEach(owner -> owner.present = false);
        }
        for (Owner owner : owners) {
            if (owner.present && owner.identity.equals(identity)) {
                return false;
            }
        }
        shared |= owners.stream().anyMatch(owner -> owner.present);
        owners.add(new Owner(identity, place));
        return true;
    }

    /** It brought something that all owners have from then on. */
    void opened(ProcessIdentity identity) {
        owners.forEach(owner -> owner.opener |= owner.present && owner.identity.equals(identity));
    }

    /**
     * Who came and went while an earlier owner was there the whole time has changed nothing: no more is known of it.
     *
     * @return false: nobody has it any more
     */
    boolean leave(ProcessIdentity identity) {
        boolean earlierStays = false;
        for (Owner owner : List.copyOf(owners)) {
            if (owner.present && owner.identity.equals(identity)) {
                owner.present = false;
                if (earlierStays && !owner.opener) {
                    owners.remove(owner);
                }
            }
            earlierStays |= owner.present;
        }
        return owners.stream().anyMatch(owner -> owner.present);
    }

    /** Those that made it what it is. */
    List<ProcessIdentity> owners() {
        return owners.stream().map(owner -> owner.identity).toList();
    }

    /** Whether the record there, by which somebody or something was added, is needed. */
    boolean needsBegin(long place) {
        return entirely
                || tuples.stream().anyMatch(tuple -> tuple.place == place)
                || owners.stream().anyMatch(owner -> owner.place == place);
    }

    boolean needsEndOf(ProcessIdentity owner) {
        return entirely || owners.stream().anyMatch(one -> one.identity.pid() == owner.pid());
    }
}
