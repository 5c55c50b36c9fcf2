package io.pidcap.event;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceConfig;
import io.pidcap.host.HostBackend;
import io.pidcap.host.HostException;
import io.pidcap.host.Prefilter;
import io.pidcap.protocol.model.PrefilterDecision;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.v1.FailureCode;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state machine of one worker run. Its thread, the one in {@link #run}, carries out commands and in between pumps
 * the source, which it owns; so a Stop is noticed at the latest when the source has waited its time.
 */
final class EventWorker {
    private static final Logger log = LoggerFactory.getLogger(EventWorker.class);

    /** What a snapshot of so many leaves behind when it is sent is more than the young generation holds. */
    private static final int LARGE_SNAPSHOT_SOCKETS = 20_000;

    private final HostBackend backend;
    private final CoordinatorLink link;
    private final CommandQueue commands;
    private final SnapshotTaker snapshots;

    private EventState state = EventState.IDLE;
    private ExitCode exitCode = ExitCode.FAILED;
    private @Nullable FlowEventSource source;
    private @Nullable FlowEventPump pump;

    EventWorker(HostBackend backend, CoordinatorLink link, CommandQueue commands) {
        this.backend = backend;
        this.link = link;
        this.commands = commands;
        snapshots = new SnapshotTaker(link);
    }

    /** Works until it was told to stop, nobody is left to work for, or something broke. */
    ExitCode run() throws InterruptedException {
        try {
            while (state != EventState.ENDED) {
                step();
            }
        } catch (HostException e) {
            log.error("the source of events broke", e);
            link.failure(CoordinatorLink.UNSOLICITED, e);
            end(ExitCode.FAILED, "the source of events broke");
        } catch (RuntimeException e) {
            log.error("a fault of this program", e);
            link.failure(
                    CoordinatorLink.UNSOLICITED,
                    FailureCode.FAILURE_CODE_INTERNAL,
                    "event-worker: " + e,
                    "this is a fault of pidcap: please report it with the worker's log");
            end(ExitCode.FAILED, "a fault of this program");
        } finally {
            closeSource();
            link.close();
        }
        return exitCode;
    }

    private void step() throws InterruptedException {
        FlowEventPump flowing = pump;
        Command command = flowing == null ? commands.take() : commands.poll();
        if (command != null) {
            command.carryOut(this);
        } else if (flowing != null) {
            flowing.pump();
        }
    }

    void watch(long sequence, FlowEventSourceConfig config) {
        if (state != EventState.IDLE) {
            link.failure(
                    sequence, FailureCode.FAILURE_CODE_WRONG_STATE, "WatchFlows: flows are being watched already", "");
            return;
        }
        become(EventState.ATTACHING, "asked to watch, " + config);
        try {
            if (attach(sequence, config) >= LARGE_SNAPSHOT_SOCKETS) {
                // The heap goes back to what lives; it would stay at what it took to get there.
                System.gc();
            }
        } catch (HostException e) {
            closeSource();
            link.failure(sequence, e);
            become(EventState.IDLE, "no source could be attached: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The number of sockets in the snapshot. */
    private int attach(long sequence, FlowEventSourceConfig config) throws InterruptedException {
        FlowEventSource opened = backend.openFlowEventSource(config);
        source = opened;
        opened.attach();
        long begunNanos = System.nanoTime();
        SocketSnapshot snapshot = opened.snapshot();
        long takenNanos = System.nanoTime();
        if (!snapshots.send(sequence, snapshot)) {
            return 0; // the command that says why is on its way
        }
        log.info(
                "snapshot of {} sockets and {} processes: taken in {} ms, sent in {} ms",
                snapshot.sockets().size(),
                snapshot.processes().size(),
                millis(takenNanos - begunNanos),
                millis(System.nanoTime() - takenNanos));
        Prefilter prefilter = null;
        HostException noPrefilter = null;
        if (config.prefilter()) {
            try {
                prefilter = opened.prefilter();
            } catch (HostException e) {
                noPrefilter = e;
            }
        }
        link.watchReady(sequence, opened, prefilter, noPrefilter);
        pump = new FlowEventPump(opened, link, prefilter);
        become(EventState.WATCHING, "the snapshot is sent");
        return snapshot.sockets().size();
    }

    private static double millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMicros(nanos) / 1000.0;
    }

    void decide(PrefilterDecision decision) {
        if (pump != null) {
            pump.decide(decision);
        }
    }

    void takeSnapshot(long sequence) {
        try {
            snapshots.send(sequence, backend.socketSnapshot());
        } catch (HostException e) {
            link.failure(sequence, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void probe(long sequence) {
        link.features(sequence, backend.probeEventFeatures());
    }

    void stop(String reason) {
        become(EventState.STOPPING, reason);
        try {
            if (pump != null) {
                pump.pumpLast();
            }
            // The coordinator need not wait until the kernel has let go of every program, which takes it long.
            link.stopped();
            closeSource();
            end(ExitCode.STOPPED, "stopped");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @param cause null: the coordinator closed it as it should, but without having asked for a stop */
    void pipeClosed(@Nullable Throwable cause) {
        end(ExitCode.PIPE_LOST, cause == null ? "the coordinator closed the pipe" : "the pipe broke: " + cause);
    }

    private void end(ExitCode code, String reason) {
        exitCode = code;
        become(EventState.ENDED, reason);
    }

    private void become(EventState next, String reason) {
        log.info("{} -> {}: {}", state, next, reason);
        state = next;
    }

    private void closeSource() {
        FlowEventSource opened = source;
        source = null;
        pump = null;
        if (opened != null) {
            opened.close();
        }
    }
}
