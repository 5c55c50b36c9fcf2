package io.pidcap.capture;

import io.pidcap.host.Clocks;
import io.pidcap.host.HostBackend;
import io.pidcap.host.HostException;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.PrefilterOffer;
import io.pidcap.protocol.v1.FailureCode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of the worker, owned by the thread that calls {@link #run}; every other method is called on it, through the
 * {@link CommandQueue}.
 */
final class CaptureWorker {
    private static final Logger LOG = LoggerFactory.getLogger(CaptureWorker.class);

    private final HostBackend host;
    private final CoordinatorLink link;
    private final CommandQueue queue;
    private final CaptureOpener opener;
    private final List<CaptureLoop> running = new ArrayList<>();

    private CaptureState state = CaptureState.WAITING;
    private ExitCode exitCode = ExitCode.STOPPED;
    private @Nullable Throwable failure;

    /** @param becomes see {@link WorkerArguments} */
    CaptureWorker(HostBackend host, int run, int becomes, CoordinatorLink link, CommandQueue queue) {
        this.host = host;
        this.link = link;
        this.queue = queue;
        this.opener = new CaptureOpener(
                host,
                run,
                becomes,
                link::progress,
                (loop, cause) -> queue.post(worker -> worker.loopEnded(loop, cause)));
    }

    /** Works until the end; what was sent last may still be on its way through the pipe. */
    ExitCode run() throws InterruptedException {
        while (state != CaptureState.ENDED) {
            WorkerCommand command = queue.take();
            try {
                command.applyTo(this);
            } catch (RuntimeException e) {
                fail(e);
            }
        }
        return exitCode;
    }

    private void enter(CaptureState next, String reason) {
        if (!state.mayBecome(next)) {
            throw new IllegalStateException(state + " cannot become " + next + ": " + reason);
        }
        LOG.info("{} -> {}: {}", state, next, reason);
        state = next;
    }

    void start(long sequence, CaptureRequest request) {
        if (state != CaptureState.WAITING) {
            link.failure(
                    sequence,
                    FailureCode.FAILURE_CODE_WRONG_STATE,
                    "start capture: this worker is " + state + " already",
                    "one worker run makes one capture; start another worker");
            return;
        }
        ObservedTime opening = Clocks.read();
        List<CaptureLoop> loops;
        try {
            loops = opener.open(request);
        } catch (HostException e) {
            LOG.info("start capture: {}", e.getMessage());
            link.failure(sequence, e);
            return;
        }
        running.addAll(loops);
        enter(CaptureState.CAPTURING, "open: " + names(loops));
        link.captureReady(sequence, opening, loops);
        loops.forEach(CaptureLoop::start);
    }

    /** What cannot use it takes everything. */
    void usePrefilter(long sequence, PrefilterOffer offer) {
        @Nullable HostException refusal = null;
        for (int i = 0; i < running.size(); i++) {
            try {
                running.get(i).source().prefilter(offer, i);
            } catch (HostException e) {
                LOG.warn("{}: {}", running.get(i).interfaceName(), e.getMessage());
                refusal = e;
            }
        }
        link.prefilterUsed(sequence, refusal);
    }

    private static String names(List<CaptureLoop> loops) {
        return String.join(", ", loops.stream().map(CaptureLoop::interfaceName).toList());
    }

    void listInterfaces(long sequence) {
        answer(sequence, () -> {
            var interfaces = host.interfaces();
            return () -> link.interfaces(sequence, interfaces);
        });
    }

    /** @param interfaceName empty: probes the host */
    void probe(long sequence, String interfaceName) {
        answer(sequence, () -> {
            var features =
                    interfaceName.isEmpty() ? host.probePacketFeatures() : List.of(host.probeInterface(interfaceName));
            return () -> link.features(sequence, features);
        });
    }

    private void answer(long sequence, Supplier<Runnable> question) {
        Runnable reply;
        try {
            reply = question.get();
        } catch (HostException e) {
            link.failure(sequence, e);
            return;
        }
        reply.run();
    }

    /** @param arrivedNanoTime everything that arrived up to then is written before the worker ends */
    void stop(long arrivedNanoTime) {
        if (state == CaptureState.WAITING) {
            link.stopped();
            enter(CaptureState.ENDED, "told to stop before anything was started");
        } else if (state == CaptureState.CAPTURING) {
            enter(CaptureState.DRAINING, "told to stop");
            running.forEach(loop -> loop.stopAfter(arrivedNanoTime));
        }
    }

    /** A signal came and, for a while after it, no word of the coordinator: ends by itself, and says so. */
    void stopAfterSignal() {
        if (state == CaptureState.WAITING || state == CaptureState.CAPTURING) {
            fail(new IllegalStateException("ended by a signal, and no word came from the coordinator"));
        }
    }

    void pipeClosed(@Nullable Throwable cause) {
        if (state == CaptureState.ENDED) {
            return;
        }
        if (state != CaptureState.FAILING) {
            exitCode = ExitCode.PIPE_LOST;
        }
        enter(CaptureState.ABANDONED, cause == null ? "the pipe was closed" : "the pipe broke: " + cause.getMessage());
        running.forEach(CaptureLoop::abort);
        endWhenAllHave();
    }

    private void loopEnded(CaptureLoop loop, @Nullable Throwable cause) {
        running.remove(loop);
        if (cause != null) {
            fail(cause);
        }
        endWhenAllHave();
    }

    /** The first failure is told; the interfaces that still work write what they have first. */
    private void fail(Throwable cause) {
        LOG.error("the capture broke: {}", cause.getMessage(), cause instanceof HostException ? null : cause);
        if (failure != null) {
            return;
        }
        failure = cause;
        if (state != CaptureState.ABANDONED) {
            exitCode = ExitCode.FAILED;
            enter(CaptureState.FAILING, String.valueOf(cause.getMessage()));
            long now = System.nanoTime();
            running.forEach(loop -> loop.stopAfter(now));
        }
        endWhenAllHave();
    }

    private void endWhenAllHave() {
        if (!running.isEmpty() || state == CaptureState.CAPTURING || state == CaptureState.ENDED) {
            return;
        }
        if (state == CaptureState.DRAINING) {
            link.stopped();
        } else if (state == CaptureState.FAILING && failure != null) {
            link.failure(0, failure);
        }
        enter(CaptureState.ENDED, "every segment is closed");
    }
}
