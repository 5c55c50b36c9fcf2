package io.pidcap.coordinator.worker;

import io.pidcap.protocol.v1.RejectReason;
import io.pidcap.protocol.wire.PipeServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import org.jspecify.annotations.Nullable;

/** Lets processes of one user connect, and root's; where the system does not tell whose one is, the modes must do. */
public final class PeerCheck {
    private static final String ROOT = "root";

    private final UserPrincipal owner;

    private PeerCheck(UserPrincipal owner) {
        this.owner = owner;
    }

    /** @param directory that holds the socket, private to its owner */
    public static PeerCheck ofOwner(Path directory) throws IOException {
        return new PeerCheck(Files.getOwner(directory));
    }

    /** @param peer as {@link PipeServer.Admission#admit} is told */
    public void check(@Nullable UserPrincipal peer) throws PipeServer.Refusal {
        if (peer != null && !peer.equals(owner) && !ROOT.equals(peer.getName())) {
            throw new PipeServer.Refusal(
                    RejectReason.REJECT_REASON_NOT_ALLOWED,
                    "the session belongs to " + owner.getName() + ", and you are " + peer.getName());
        }
    }
}
