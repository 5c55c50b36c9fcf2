package io.pidcap.coordinator.worker;

import io.pidcap.protocol.v1.Hello;
import io.pidcap.protocol.v1.RejectReason;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.wire.Pipe;
import io.pidcap.protocol.wire.PipeListener;
import io.pidcap.protocol.wire.PipeServer;
import io.pidcap.protocol.wire.WorkerSecret;
import java.nio.file.attribute.UserPrincipal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lets a worker in that names a run which is expected and knows its secret, once, and is a process of ours. May be used from any thread. */
public final class WorkerAdmission implements PipeServer.Admission {
    private record Key(Role role, int run) {}

    private record Expected(WorkerSecret secret, Function<Pipe, PipeListener> listener) {}

    private final PeerCheck peers;
    private final Map<Key, Expected> expected = new ConcurrentHashMap<>();

    /** @param peers whose workers may connect at all */
    public WorkerAdmission(PeerCheck peers) {
        this.peers = peers;
    }

    /**
     * From now on a worker of this run is admitted, once.
     *
     * @param listener makes, on the event loop, what is told of the pipe
     * @return the secret that the worker must say
     */
    WorkerSecret expect(WorkerRole role, int run, Function<Pipe, PipeListener> listener) {
        WorkerSecret secret = WorkerSecret.generate();
        expected.put(new Key(role.wire(), run), new Expected(secret, listener));
        return secret;
    }

    /** The run is over: nobody may say hello in its name any more. */
    void forget(WorkerRole role, int run) {
        expected.remove(new Key(role.wire(), run));
    }

    @Override
    public PipeListener admit(Pipe pipe, Hello hello, @Nullable UserPrincipal peerUser) throws PipeServer.Refusal {
        peers.check(peerUser);
        Key key = new Key(hello.getRole(), hello.getRun());
        Expected found = expected.get(key);
        if (found == null || !found.secret.matches(hello.getSecret()) || !expected.remove(key, found)) {
            throw new PipeServer.Refusal(
                    RejectReason.REJECT_REASON_SECRET,
                    "run " + hello.getRun() + " of " + hello.getRole() + " (pid " + hello.getPid()
                            + " by its own word) is not expected, or its secret is wrong or was used before");
        }
        return found.listener.apply(pipe);
    }
}
