package io.pidcap.host.polling;

import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns two looks into the events between them, so that no interval made of these is shorter than the truth.
 *
 * <p>What began is dated to the <em>start of the last look that did not show it</em>: had it been there at that instant,
 * that look would have shown it. What ended is dated to the <em>end of the first look that no longer showed it</em>: it
 * may have been there when that look started, and have ended just before the look came to it. A socket that seems gone
 * in one look and is back in the next (a table can skip a row while others are removed) hence owns without a gap.
 *
 * <p>The watermark is the start of the later look: all that is found later is dated to it or after it.
 */
final class LookDifference {
    private final ObservedTime gained;
    private final ObservedTime lost;
    private final List<FlowEvent> events = new ArrayList<>();

    private LookDifference(Look before, Look now) {
        gained = before.start();
        lost = now.end();
    }

    static FlowBatch between(Look before, Look now) {
        LookDifference difference = new LookDifference(before, now);
        before.sockets().forEach((inode, socket) -> {
            if (!now.sockets().containsKey(inode)) {
                difference.closed(socket);
            }
        });
        now.sockets()
                .forEach((inode, socket) -> difference.changed(before.sockets().get(inode), socket));
        boolean addressesChanged = !new HashSet<>(before.localAddresses()).equals(new HashSet<>(now.localAddresses()));
        return new FlowBatch(
                newOrChanged(before, now),
                difference.events,
                exits(before, now),
                addressesChanged,
                addressesChanged ? now.localAddresses() : List.of(),
                0,
                now.start());
    }

    private static List<ProcessInfo> newOrChanged(Look before, Look now) {
        List<ProcessInfo> processes = new ArrayList<>();
        now.processes().forEach((identity, info) -> {
            if (!info.equals(before.processes().get(identity))) {
                processes.add(info);
            }
        });
        return processes;
    }

    private static List<ProcessIdentity> exits(Look before, Look now) {
        List<ProcessIdentity> exits = new ArrayList<>(before.processes().keySet());
        exits.removeIf(now.processes()::containsKey);
        return exits;
    }

    private void changed(@Nullable SocketEntry before, SocketEntry now) {
        if (now.equals(before)) {
            return;
        }
        if (before == null) {
            opened(now);
        } else if (isAnother(before, now)) {
            closed(before);
            opened(now);
        } else {
            changedOwnersOrTuple(before, now);
        }
    }

    /** The kernel gave the inode's number to another socket. */
    private static boolean isAnother(SocketEntry before, SocketEntry now) {
        boolean sameKind = before.netnsId() == now.netnsId()
                && before.tuple().protocol() == now.tuple().protocol();
        boolean handedOn = !Collections.disjoint(before.owners(), now.owners());
        boolean sameTuple = before.tuple().equals(now.tuple());
        return !sameKind || !(handedOn || sameTuple);
    }

    private void opened(SocketEntry socket) {
        add(Kind.OPENED, gained, socket, socket.owners().get(0));
        for (ProcessIdentity owner : socket.owners().subList(1, socket.owners().size())) {
            add(Kind.OWNER_JOINED, gained, socket, owner);
        }
    }

    private void closed(SocketEntry socket) {
        int last = socket.owners().size() - 1;
        for (ProcessIdentity owner : socket.owners().subList(0, last)) {
            add(Kind.OWNER_LEFT, lost, socket, owner);
        }
        add(Kind.CLOSED, lost, socket, socket.owners().get(last));
    }

    private void changedOwnersOrTuple(SocketEntry before, SocketEntry now) {
        if (!before.tuple().equals(now.tuple()) || before.state() != now.state()) {
            // For each owner: whoever follows one owner alone is told too.
            opened(now);
        } else {
            for (ProcessIdentity owner : now.owners()) {
                if (!before.owners().contains(owner)) {
                    add(Kind.OWNER_JOINED, gained, now, owner);
                }
            }
        }
        for (ProcessIdentity owner : before.owners()) {
            if (!now.owners().contains(owner)) {
                add(Kind.OWNER_LEFT, lost, now, owner);
            }
        }
    }

    private void add(Kind kind, ObservedTime observed, SocketEntry socket, ProcessIdentity owner) {
        events.add(new FlowEvent(
                kind, observed, socket.socketId(), socket.netnsId(), socket.tuple(), socket.state(), owner));
    }
}
