package io.pidcap.coordinator.worker;

import io.pidcap.protocol.wire.WorkerSecret;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** Runs of workers without a process. */
public final class WorkerRuns {
    private WorkerRuns() {}

    public static WorkerRun imaginary(WorkerRole role, int number) {
        WorkerProcess process = new WorkerProcess(role, number, new Nobody(), Path.of("nobody.log"));
        return new WorkerRun(process, WorkerSecret.generate(), Instant.EPOCH);
    }

    private static final class Nobody implements WorkerProcess.Child {
        @Override
        public long pid() {
            return 4711;
        }

        @Override
        public OutputStream input() {
            return OutputStream.nullOutputStream();
        }

        @Override
        public CompletableFuture<Integer> onExit() {
            return new CompletableFuture<>();
        }

        @Override
        public void kill() {
            throw new AssertionError("there is nobody to kill");
        }
    }
}
