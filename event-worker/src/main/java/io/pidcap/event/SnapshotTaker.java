package io.pidcap.event;

import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.wire.SnapshotSplitter;

/** Sends snapshots in parts. For a watch it is used after the source was attached, so that nothing falls between. */
final class SnapshotTaker {
    private final CoordinatorLink link;

    SnapshotTaker(CoordinatorLink link) {
        this.link = link;
    }

    /** False: it was not sent to its end, because there is nobody to take it. */
    boolean send(long inReplyTo, SocketSnapshot snapshot) throws InterruptedException {
        SnapshotSplitter parts = new SnapshotSplitter(snapshot);
        while (parts.hasNext()) {
            if (!link.awaitWritable()) {
                return false;
            }
            link.snapshotPart(inReplyTo, parts.next());
        }
        return true;
    }
}
