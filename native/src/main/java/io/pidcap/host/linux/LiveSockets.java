package io.pidcap.host.linux;

import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.SocketEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the socket tables by inode, and who holds them; rows that did not change stay the same objects.
 *
 * <p>The kernel hands a table out in pages and finds the next one by counting rows, so that it skips a row when an
 * earlier one goes away in between (udp_get_idx in net/ipv4/udp.c). A row that is missing for the first time is
 * therefore kept while a process still has its descriptor; and for longer, where its table could not be read.
 */
final class LiveSockets {
    private final Map<Long, Row> rows = new HashMap<>();
    private long look;

    void beginLook() {
        look++;
    }

    /** Takes the parser's current row. */
    void add(ProcNetParser parser, long netnsId) {
        Row row = rows.get(parser.inode());
        if (row == null) {
            row = new Row(parser.toEntry(netnsId));
            rows.put(row.entry.socketId(), row);
        } else if (!parser.saysTheSameAs(row.entry, netnsId)) {
            row.entry = parser.toEntry(netnsId);
            row.unownable = false;
        }
        row.seenInLook = look;
    }

    /** Takes the rows as the last look has seen them, for a table that did not change. */
    void keep(long netnsId, int protocol) {
        for (Row row : rows.values()) {
            if (row.seenInLook == look - 1
                    && row.entry.netnsId() == netnsId
                    && row.entry.tuple().protocol() == protocol) {
                row.seenInLook = look;
            }
        }
    }

    /**
     * Matches rows with descriptors.
     *
     * @param readNamespaces those whose tables were read in this look
     * @return whether a row has no owner that had one, or that is new
     */
    boolean assignOwners(Iterable<TrackedProcess> processes, Set<Long> readNamespaces) {
        rows.values().removeIf(row -> row.seenInLook < look - 1 && readNamespaces.contains(row.entry.netnsId()));
        rows.values().forEach(row -> row.clearOwners());
        for (TrackedProcess process : processes) {
            for (long inode : process.socketInodes) {
                Row row = rows.get(inode);
                if (row != null) {
                    row.addOwner(process.identity);
                }
            }
        }
        rows.values().removeIf(row -> row.seenInLook < look && !row.hasOwner());
        boolean unresolved = false;
        for (Row row : rows.values()) {
            row.unownable &= !row.hasOwner();
            unresolved |= !row.hasOwner() && !row.unownable;
        }
        return unresolved;
    }

    /** After every descriptor was read: what has no owner now is the kernel's own, or of a process we may not read. */
    void giveUpOnRest() {
        rows.values().forEach(row -> row.unownable = !row.hasOwner());
    }

    /** The rows that have an owner. */
    Map<Long, SocketEntry> owned() {
        Map<Long, SocketEntry> owned = new HashMap<>(2 * rows.size());
        rows.forEach((inode, row) -> {
            if (row.hasOwner()) {
                owned.put(inode, row.withOwners());
            }
        });
        return owned;
    }

    private static final class Row {
        private SocketEntry entry;
        private long seenInLook;
        private boolean unownable;

        /** Nearly every socket has one owner, and there may be a hundred thousand sockets. */
        private @Nullable ProcessIdentity firstOwner;

        private List<ProcessIdentity> otherOwners = List.of();

        Row(SocketEntry entry) {
            this.entry = entry;
        }

        boolean hasOwner() {
            return firstOwner != null;
        }

        void clearOwners() {
            firstOwner = null;
            otherOwners = List.of();
        }

        /** Adds one; a process that has the socket twice (dup) comes twice in a row. */
        void addOwner(ProcessIdentity owner) {
            if (firstOwner == null) {
                firstOwner = owner;
            } else if (otherOwners.isEmpty()) {
                if (!owner.equals(firstOwner)) {
                    otherOwners = new ArrayList<>(List.of(owner));
                }
            } else if (!owner.equals(otherOwners.get(otherOwners.size() - 1))) {
                otherOwners.add(owner);
            }
        }

        /** The same object as the last time where nothing changed. */
        SocketEntry withOwners() {
            if (!isOwnedAs(entry.owners())) {
                entry = entry.withOwners(owners());
            }
            return entry;
        }

        private boolean isOwnedAs(List<ProcessIdentity> owners) {
            return owners.size() == 1 + otherOwners.size()
                    && owners.get(0).equals(firstOwner)
                    && owners.subList(1, owners.size()).equals(otherOwners);
        }

        private List<ProcessIdentity> owners() {
            List<ProcessIdentity> owners = new ArrayList<>(1 + otherOwners.size());
            if (firstOwner != null) {
                owners.add(firstOwner);
            }
            owners.addAll(otherOwners);
            return owners;
        }
    }
}
