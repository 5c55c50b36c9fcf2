package io.pidcap.host.linux.bpf;

import io.pidcap.host.HostException;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Joins /proc with sock_diag, where the kernel has no iterator: /proc tells the owners of an inode, sock_diag its cookie.
 */
final class DiagSurvey implements SocketSurvey {
    private final HostTables tables;

    DiagSurvey(HostTables tables) {
        this.tables = tables;
    }

    private record Namespace(long cookie, Map<Long, Long> cookieByInode) {}

    @Override
    public List<HeldSocket> survey() {
        SocketSnapshot snapshot = tables.look();
        Map<Long, Namespace> namespaces = namespaces(snapshot);
        List<HeldSocket> held = new ArrayList<>();
        for (SocketEntry socket : snapshot.sockets()) {
            Namespace namespace = namespaces.get(socket.netnsId());
            Long cookie = namespace == null ? null : namespace.cookieByInode.get(socket.socketId());
            if (namespace != null && cookie != null) {
                for (ProcessIdentity owner : socket.owners()) {
                    held.add(new HeldSocket(
                            cookie, namespace.cookie, owner.pid(), false, socket.tuple(), socket.state()));
                }
            }
        }
        return held;
    }

    /** By inode, those that have a socket. */
    private static Map<Long, Namespace> namespaces(SocketSnapshot snapshot) {
        Set<Long> wanted = new HashSet<>();
        snapshot.sockets().forEach(socket -> wanted.add(socket.netnsId()));
        Map<Long, Namespace> found = new HashMap<>();
        for (ProcessInfo process : snapshot.processes()) {
            if (found.size() == wanted.size()) {
                break;
            }
            int pid = process.identity().pid();
            long inode = NetworkNamespace.inodeOf(pid);
            if (wanted.contains(inode) && !found.containsKey(inode)) {
                Namespace namespace = read(pid);
                if (namespace != null) {
                    found.put(inode, namespace);
                }
            }
        }
        return found;
    }

    /** Null: the process is gone; another of the namespace may do. */
    private static @Nullable Namespace read(int pid) {
        try {
            return NetworkNamespace.inside(
                    pid, () -> new Namespace(NetworkNamespace.currentCookie(), SocketDiag.cookiesByInode()));
        } catch (HostException e) {
            if (NetworkNamespace.inodeOf(pid) == 0) {
                return null;
            }
            throw e;
        }
    }

    @Override
    public String limit() {
        return "sockets that were made but had no port when the session began are known only once they are used";
    }

    @Override
    public void close() {}
}
