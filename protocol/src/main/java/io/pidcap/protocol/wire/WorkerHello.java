package io.pidcap.protocol.wire;

import io.pidcap.protocol.v1.Hello;
import io.pidcap.protocol.v1.Role;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/** How a worker introduces itself to the coordinator that spawned it. */
public final class WorkerHello {
    /** For the coordinator to accept and answer; it waits for the worker in turn. */
    private static final long CONNECT_TIMEOUT_MILLIS = 10_000;

    private WorkerHello() {}

    /**
     * Reads the secret from {@code standardInput} and connects.
     *
     * @param run the worker run that the coordinator named on the command line
     * @throws IOException no secret, or see {@link PipeClient#connect}
     * @throws ProtocolException refused
     */
    public static PipeClient connect(
            Path socketFile, Role role, int run, InputStream standardInput, PipeListener listener)
            throws IOException, InterruptedException {
        Hello hello = of(role, run, WorkerSecret.readLine(standardInput));
        return PipeClient.connect(socketFile, hello, listener, CONNECT_TIMEOUT_MILLIS);
    }

    /** All but the version, which {@link PipeClient#connect} fills in. */
    public static Hello of(Role role, int run, WorkerSecret secret) {
        return Hello.newBuilder()
                .setRole(role)
                .setRun(run)
                .setSecret(secret.toBytes())
                .setPid((int) ProcessHandle.current().pid())
                .setBuild(Build.version())
                .build();
    }
}
