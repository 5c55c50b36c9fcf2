package io.pidcap.coordinator.worker;

import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.Envelope.BodyCase;
import io.pidcap.protocol.wire.HostMapper;
import io.pidcap.protocol.wire.PipeServer;
import io.pidcap.protocol.wire.SnapshotAssembler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Questions about the host, put to a worker that lives only for them. Used by one thread, which waits for the answers.
 * Every method throws {@link WorkerException} where the worker says no or dies.
 */
public final class HostQuery implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostQuery.class);
    private static final int ONLY_RUN = 1;

    private final WorkerRole role;
    private final WorkerDeadlines deadlines;
    private final BlockingQueue<Runnable> events = new LinkedBlockingQueue<>();
    private final Path directory;
    private final PipeServer server;
    private final WorkerProcess process;

    private @Nullable WorkerLink link;
    private @Nullable Envelope latest;
    private @Nullable WorkerFailure lost;

    private HostQuery(
            WorkerRole role, WorkerDeadlines deadlines, Path directory, PipeServer server, WorkerProcess process) {
        this.role = role;
        this.deadlines = deadlines;
        this.directory = directory;
        this.server = server;
        this.process = process;
    }

    /**
     * Starts a worker; does not wait for it, so that two can start side by side.
     *
     * @throws IOException it cannot be started
     */
    public static HostQuery open(Path libDirectory, WorkerRole role) throws IOException {
        Path directory = Files.createTempDirectory("pidcap-");
        Path socket = directory.resolve("worker.sock");
        WorkerAdmission admission = new WorkerAdmission(PeerCheck.ofOwner(directory));
        WorkerLauncher launcher = new WorkerLauncher(libDirectory, socket, directory, WorkerNeeds.QUESTIONS);
        WorkerProcess process = launcher.launch(role, ONLY_RUN);
        PipeServer server = PipeServer.listen(socket, admission);
        launcher.admitWorkers();
        HostQuery query = new HostQuery(role, WorkerDeadlines.DEFAULT, directory, server, process);
        query.admit(admission);
        return query;
    }

    private void admit(WorkerAdmission admission) {
        process.onExit(exit -> events.add(() -> lose(exit.describe())));
        process.deliverSecret(admission.expect(role, ONLY_RUN, pipe -> {
            WorkerLink greeted = new WorkerLink(pipe);
            events.add(() -> link = greeted);
            return new WorkerMessageHandler(pipe, events::add, new WorkerMessageHandler.Receiver() {
                @Override
                public void received(Envelope envelope) {
                    latest = envelope;
                }

                @Override
                public void silent() {
                    lose("sends nothing");
                }

                @Override
                public void closed(@Nullable Throwable cause) {
                    lose(cause == null ? "closed its pipe" : String.valueOf(cause.getMessage()));
                }
            });
        }));
    }

    private void lose(String why) {
        if (lost == null) {
            lost = WorkerFailure.internal(role.program() + " " + why, "");
        }
    }

    public List<InterfaceInfo> interfaces() throws InterruptedException {
        WorkerLink worker = await();
        return HostMapper.toModel(
                answer(worker.listInterfaces(), BodyCase.INTERFACE_LIST).getInterfaceList());
    }

    public List<HostFeature> features() throws InterruptedException {
        WorkerLink worker = await();
        return HostMapper.toModel(
                answer(worker.probeFeatures(), BodyCase.FEATURE_LIST).getFeatureList());
    }

    /** Whether a packet that is sent through the interface is captured there; asks a capture-worker. */
    public HostFeature probeInterface(String name) throws InterruptedException {
        WorkerLink worker = await();
        List<HostFeature> answer = HostMapper.toModel(
                answer(worker.probeInterface(name), BodyCase.FEATURE_LIST).getFeatureList());
        if (answer.size() != 1) {
            throw new WorkerException(WorkerFailure.internal(
                    role.program() + " answered " + answer.size() + " features to one probe", ""));
        }
        return answer.get(0);
    }

    public SocketSnapshot snapshot() throws InterruptedException {
        WorkerLink worker = await();
        SnapshotAssembler assembler = new SnapshotAssembler();
        long request = worker.takeSnapshot();
        SocketSnapshot whole = null;
        while (whole == null) {
            whole = assembler.add(answer(request, BodyCase.SNAPSHOT_PART).getSnapshotPart());
        }
        return whole;
    }

    private WorkerLink await() throws InterruptedException {
        long deadlineNanos = deadlineNanos(deadlines.helloMillis());
        while (link == null) {
            step(deadlineNanos, "said no hello");
        }
        return link;
    }

    private Envelope answer(long request, BodyCase expected) throws InterruptedException {
        long deadlineNanos = deadlineNanos(deadlines.readyMillis());
        latest = null;
        while (latest == null || latest.getInReplyTo() != request) {
            step(deadlineNanos, "gave no answer");
        }
        Envelope answer = latest;
        if (answer.hasFailure()) {
            throw new WorkerException(WorkerFailure.of(answer.getFailure()));
        }
        if (answer.getBodyCase() != expected) {
            throw new WorkerException(WorkerFailure.internal(
                    role.program() + " answered " + answer.getBodyCase() + " instead of " + expected, ""));
        }
        return answer;
    }

    private static long deadlineNanos(long millis) {
        return System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void step(long deadlineNanos, String whatIsMissing) throws InterruptedException {
        if (lost != null) {
            throw new WorkerException(lost);
        }
        Runnable event = events.poll(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        if (event == null) {
            throw new WorkerException(WorkerFailure.internal(role.program() + " " + whatIsMissing + " in time", ""));
        }
        event.run();
    }

    /** Stops the worker and removes what was made for it. */
    @Override
    public void close() {
        if (link != null) {
            link.stop();
        } else {
            process.kill();
        }
        try {
            if (!process.awaitExit(deadlines.exitMillis())) {
                process.kill();
            }
        } catch (InterruptedException e) {
            process.kill();
            Thread.currentThread().interrupt();
        }
        server.close();
        try {
            Files.deleteIfExists(process.logFile());
            Files.deleteIfExists(directory.resolve("worker.sock"));
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            LOG.warn("remove {}: {}", directory, e.getMessage());
        }
    }
}
