package io.pidcap.coordinator.worker;

import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.Failure;
import io.pidcap.protocol.v1.FailureCode;
import io.pidcap.protocol.v1.FeatureList;
import io.pidcap.protocol.v1.InterfaceList;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.v1.Stopped;
import io.pidcap.protocol.v1.WatchReady;
import io.pidcap.protocol.wire.Pipe;
import io.pidcap.protocol.wire.PipeClient;
import io.pidcap.protocol.wire.PipeListener;
import io.pidcap.protocol.wire.WorkerHello;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The main class of a worker process that behaves, in its n-th run, as the n-th word of the property {@code puppet}
 * says; the last word goes for all later runs.
 */
public final class PuppetWorker implements PipeListener {
    private final String behaviour;
    private final CountDownLatch closed = new CountDownLatch(1);

    private PuppetWorker(String behaviour) {
        this.behaviour = behaviour;
    }

    public static void main(String[] arguments) throws Exception {
        Path socket = Path.of(arguments[1]);
        int run = Integer.parseInt(arguments[3]);
        String[] behaviours = System.getProperty("puppet", "good").split(",");
        PuppetWorker worker = new PuppetWorker(behaviours[Math.min(run, behaviours.length) - 1]);
        if (worker.behaviour.equals("dies-at-once")) {
            System.err.println("no libpuppet.so");
            System.exit(3);
        }
        if (worker.behaviour.equals("says-nothing")) {
            new CountDownLatch(1).await();
        }
        try (PipeClient client = WorkerHello.connect(socket, Role.ROLE_EVENT_WORKER, run, System.in, worker)) {
            if (client.pipe() != null) {
                worker.closed.await();
            }
        }
    }

    @Override
    public void received(Pipe pipe, Envelope envelope) {
        switch (envelope.getBodyCase()) {
            case WATCH_FLOWS -> watch(pipe, envelope.getSequence());
            case STOP -> stop(pipe);
            case LIST_INTERFACES ->
                pipe.reply(
                        envelope.getSequence(),
                        Envelope.newBuilder().setInterfaceList(InterfaceList.getDefaultInstance()));
            case PROBE_FEATURES ->
                pipe.reply(
                        envelope.getSequence(), Envelope.newBuilder().setFeatureList(FeatureList.getDefaultInstance()));
            default -> throw new IllegalStateException("unexpected " + envelope.getBodyCase());
        }
    }

    private void watch(Pipe pipe, long request) {
        switch (behaviour) {
            case "never-ready" -> {}
            case "refuses" -> pipe.reply(request, failure(FailureCode.FAILURE_CODE_NO_PRIVILEGE, "attach: no"));
            case "breaks" -> pipe.reply(request, failure(FailureCode.FAILURE_CODE_DEVICE_LOST, "it is gone"));
            case "dies-when-asked" -> Runtime.getRuntime().halt(9);
            default -> pipe.reply(request, Envelope.newBuilder().setWatchReady(WatchReady.getDefaultInstance()));
        }
    }

    private static Envelope.Builder failure(FailureCode code, String message) {
        return Envelope.newBuilder()
                .setFailure(
                        Failure.newBuilder().setCode(code).setMessage(message).setHint("a hint"));
    }

    private void stop(Pipe pipe) {
        if (!behaviour.equals("ignores-stop")) {
            pipe.send(Envelope.newBuilder().setStopped(Stopped.getDefaultInstance()));
            pipe.close();
        }
    }

    @Override
    public void closed(Pipe pipe, @Nullable Throwable cause) {
        if (!behaviour.equals("ignores-stop")) {
            closed.countDown();
        }
    }
}
