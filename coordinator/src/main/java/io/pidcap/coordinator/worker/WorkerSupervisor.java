package io.pidcap.coordinator.worker;

import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.FailureCode;
import io.pidcap.protocol.wire.Pipe;
import io.pidcap.protocol.wire.PipeListener;
import io.pidcap.protocol.wire.WorkerSecret;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one worker alive from {@link #adopt} to {@link #stop}: a run that dies or hangs is followed by another, after a
 * growing pause; when several in a row fail, or the failure is one that another run cannot mend, it gives up.
 *
 * <p>One owner thread, on which its {@link Client} is called too; pipe and process events are posted to it.
 */
public final class WorkerSupervisor {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerSupervisor.class);

    public static final int FIRST_RUN = 1;

    /** Where the current run is. */
    public enum State {
        IDLE,
        /** The process is there, its Hello is not. */
        SPAWNED,
        /** Said hello and was told what to do. */
        GREETED,
        RUNNING,
        /** Asked to end, by the user's restart or at the session's end. */
        STOPPING,
        /** The next run is due after a pause. */
        BACKING_OFF,
        /** No run will follow. */
        ENDED
    }

    /** What the session does with a worker. Called on the owner's thread. */
    public interface Client {
        /** A run said hello: tell it what to do. */
        void connected(WorkerRun run, WorkerLink link);

        void received(WorkerRun run, Envelope envelope);

        /** The run is over, in order or not; another may follow. */
        void runEnded(WorkerRun run);

        /** Ended without having been asked to, and no run will follow. */
        void gaveUp(WorkerFailure why);

        /** Ended as {@link #stop} asked. */
        void stopped();
    }

    private final WorkerRole role;
    private final WorkerLauncher launcher;
    private final WorkerAdmission admission;
    private final Executor owner;
    private final Timers timers;
    private final WorkerDeadlines deadlines;
    private final InstantSource clock;
    private final Client client;
    private final BackOff backOff = new BackOff();

    private State state = State.IDLE;
    private int runs;
    private boolean ending;
    private @Nullable WorkerRun current;
    private Timers.@Nullable Timer deadline;

    public WorkerSupervisor(
            WorkerRole role,
            WorkerLauncher launcher,
            WorkerAdmission admission,
            Executor owner,
            Timers timers,
            WorkerDeadlines deadlines,
            InstantSource clock,
            Client client) {
        this.role = role;
        this.launcher = launcher;
        this.admission = admission;
        this.owner = owner;
        this.timers = timers;
        this.deadlines = deadlines;
        this.clock = clock;
        this.client = client;
    }

    public State state() {
        return state;
    }

    /** No further run was wanted when the last one ended, or will be when the current one does. */
    public boolean isEnding() {
        return ending;
    }

    public @Nullable WorkerRun currentRun() {
        return current;
    }

    /**
     * Takes charge of the first run's process, which waits for its secret: call {@link #admit} when the pipe's listener
     * is there.
     *
     * @param process of run {@link #FIRST_RUN}
     */
    public void adopt(WorkerProcess process) {
        int number = process.run();
        runs = number;
        WorkerSecret secret = admission.expect(role, number, pipe -> greeted(number, pipe));
        WorkerRun run = new WorkerRun(process, secret, clock.instant());
        current = run;
        enter(State.SPAWNED, "run " + number + " has pid " + process.pid());
        process.onExit(exit -> owner.execute(() -> exited(run, exit)));
        arm(deadlines.helloMillis(), () -> hangs(run, "said no hello within " + deadlines.helloMillis() + " ms"));
    }

    /** Lets the run of {@link #adopt} connect. */
    public void admit() {
        if (current != null) {
            current.deliverSecret();
        }
    }

    /** The client has what it asked of the run. */
    public void ready(WorkerRun run) {
        if (run == current && state == State.GREETED) {
            run.becameReady(clock.instant());
            enter(State.RUNNING, "run " + run.number() + " is ready");
            disarm();
        }
    }

    /** The run reported that it cannot do what was asked, or broke the rules: it is ended, and replaced if that helps. */
    public void failed(WorkerRun run, WorkerFailure why) {
        run.failed(why);
        if (run == current && state != State.STOPPING) {
            LOG.warn("{} run {}: {}", role.program(), run.number(), why.message());
            closeThenKill(run, deadlines.exitMillis());
        }
    }

    /**
     * Ends the current run in order and begins another at once.
     *
     * @return false: there is nothing to restart, the session is ending
     */
    public boolean restart() {
        if (ending || state == State.ENDED || state == State.IDLE) {
            return false;
        }
        backOff.reset();
        if (state == State.BACKING_OFF) {
            spawnAgain();
        } else if (state != State.STOPPING) {
            askToStop("restart");
        }
        return true;
    }

    /** Ends the worker in order; {@link Client#stopped} follows. Idempotent. */
    public void stop() {
        if (ending || state == State.ENDED) {
            return;
        }
        ending = true;
        if (current == null) {
            disarm();
            end("no run to stop");
        } else if (state != State.STOPPING) {
            askToStop("stop");
        }
    }

    /** Takes the current run's life without asking. */
    public void kill() {
        ending = true;
        if (current != null) {
            current.process().kill();
        }
    }

    private void askToStop(String reason) {
        WorkerRun run = current;
        if (run == null) {
            return;
        }
        run.stopAsked();
        boolean hasNothingToLose = state == State.SPAWNED;
        enter(State.STOPPING, reason);
        WorkerLink link = run.link();
        if (link == null || hasNothingToLose) {
            run.process().kill();
        } else {
            link.stop();
        }
        arm(deadlines.stopMillis(), () -> hangs(run, "did not stop within " + deadlines.stopMillis() + " ms"));
    }

    private PipeListener greeted(int number, Pipe pipe) {
        WorkerLink link = new WorkerLink(pipe);
        owner.execute(() -> connected(number, link));
        return new WorkerMessageHandler(pipe, owner, new WorkerMessageHandler.Receiver() {
            @Override
            public void received(Envelope envelope) {
                WorkerRun run = current;
                if (run != null && run.number() == number) {
                    client.received(run, envelope);
                }
            }

            @Override
            public void silent() {
                WorkerRun run = current;
                if (run != null && run.number() == number) {
                    hangs(run, "has sent nothing for some time");
                }
            }

            @Override
            public void closed(@Nullable Throwable cause) {
                pipeClosed(number, cause);
            }
        });
    }

    private void connected(int number, WorkerLink link) {
        WorkerRun run = current;
        if (run == null || run.number() != number) {
            link.close();
            return;
        }
        run.connected(link);
        if (state != State.SPAWNED) {
            return;
        }
        enter(State.GREETED, "run " + number + " said hello");
        arm(deadlines.readyMillis(), () -> hangs(run, "was not ready within " + deadlines.readyMillis() + " ms"));
        client.connected(run, link);
    }

    private void pipeClosed(int number, @Nullable Throwable cause) {
        WorkerRun run = current;
        if (run == null || run.number() != number) {
            return;
        }
        run.pipeClosed();
        if (cause != null) {
            run.failed(WorkerFailure.internal("pipe to " + role.program() + ": " + cause.getMessage(), ""));
        }
        if (run.isOver()) {
            over(run);
        } else {
            closeThenKill(run, deadlines.exitMillis());
        }
    }

    private void exited(WorkerRun run, WorkerExit exit) {
        run.exited(exit);
        if (exit.status() != 0 && run.link() != null) {
            run.failed(WorkerFailure.internal(
                    role.program() + " " + exit.describe(),
                    "its log is " + run.process().logFile()));
        }
        if (run == current && run.isOver()) {
            over(run);
        }
    }

    private void hangs(WorkerRun run, String what) {
        if (run == current) {
            run.failed(new WorkerFailure(
                    FailureCode.FAILURE_CODE_INTERNAL,
                    role.program() + " (pid " + run.pid() + ") " + what + " and was killed",
                    "its log is " + run.process().logFile()));
            LOG.warn("{}", run.reason());
            run.process().kill();
        }
    }

    private void closeThenKill(WorkerRun run, long afterMillis) {
        WorkerLink link = run.link();
        if (link != null) {
            link.close();
        }
        arm(afterMillis, () -> run.process().kill());
    }

    private void over(WorkerRun run) {
        disarm();
        admission.forget(role, run.number());
        run.ended(clock.instant());
        current = null;
        LOG.info("{} run {} is over{}", role.program(), run.number(), run.endedInOrder() ? "" : ": " + run.reason());
        client.runEnded(run);
        if (ending) {
            end("run " + run.number() + " is over");
        } else if (run.endedInOrder()) {
            spawnAgain();
        } else {
            tryLater(run);
        }
    }

    private void tryLater(WorkerRun run) {
        Instant since = run.ready() == null ? run.started() : run.ready();
        backOff.failed(clock.instant().toEpochMilli() - since.toEpochMilli());
        WorkerFailure why = explain(run);
        if (!why.isWorthAnotherTry()) {
            giveUp(why);
        } else if (backOff.isHopeless()) {
            giveUp(new WorkerFailure(
                    why.code(),
                    role.program() + " failed " + backOff.failures() + " times in a row; the last time: "
                            + why.message(),
                    why.hint()));
        } else {
            enter(State.BACKING_OFF, "the next run is due in " + backOff.delayMillis() + " ms");
            arm(backOff.delayMillis(), this::spawnAgain);
        }
    }

    private static WorkerFailure explain(WorkerRun run) {
        WorkerFailure reported = run.failure();
        if (reported != null) {
            return reported;
        }
        return WorkerFailure.internal(
                run.role().program() + " " + run.reason(),
                "its log is " + run.process().logFile());
    }

    private void spawnAgain() {
        try {
            adopt(launcher.launch(role, runs + 1));
            admit();
        } catch (IOException e) {
            giveUp(WorkerFailure.internal(String.valueOf(e.getMessage()), ""));
        }
    }

    private void giveUp(WorkerFailure why) {
        disarm();
        enter(State.ENDED, why.message());
        client.gaveUp(why);
    }

    private void end(String reason) {
        enter(State.ENDED, reason);
        client.stopped();
    }

    private void enter(State next, String reason) {
        LOG.info("{}: {} -> {}: {}", role.program(), state, next, reason);
        state = next;
    }

    private void arm(long millis, Runnable action) {
        disarm();
        deadline = timers.after(millis, action);
    }

    private void disarm() {
        if (deadline != null) {
            deadline.cancel();
            deadline = null;
        }
    }
}
