package io.pidcap.coordinator.worker;

import io.pidcap.protocol.wire.WorkerSecret;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One life of a worker process, for reports and for the supervisor. Owner's thread only. */
public final class WorkerRun {
    private final WorkerProcess process;
    private final WorkerSecret secret;
    private final Instant started;

    private @Nullable WorkerLink link;
    private @Nullable Instant ready;
    private @Nullable Instant ended;
    private @Nullable WorkerFailure failure;
    private @Nullable WorkerExit exit;
    private boolean pipeClosed;
    private boolean stopAsked;

    WorkerRun(WorkerProcess process, WorkerSecret secret, Instant started) {
        this.process = process;
        this.secret = secret;
        this.started = started;
    }

    public WorkerRole role() {
        return process.role();
    }

    public int number() {
        return process.run();
    }

    public long pid() {
        return process.pid();
    }

    public Instant started() {
        return started;
    }

    /** When it could do its work; null: not yet, or never. */
    public @Nullable Instant ready() {
        return ready;
    }

    /** Null: it lives. */
    public @Nullable Instant ended() {
        return ended;
    }

    /** Whether it was asked to end, and had not failed before. */
    public boolean endedInOrder() {
        return ended != null && stopAsked && failure == null;
    }

    /** Why it ended, in a few words; empty while it lives and for an end in order. */
    public String reason() {
        if (failure != null) {
            return failure.message();
        }
        return ended == null || stopAsked || exit == null ? "" : exit.describe();
    }

    public @Nullable WorkerFailure failure() {
        return failure;
    }

    public @Nullable WorkerExit exit() {
        return exit;
    }

    WorkerProcess process() {
        return process;
    }

    @Nullable
    WorkerLink link() {
        return link;
    }

    void deliverSecret() {
        process.deliverSecret(secret);
    }

    void connected(WorkerLink newLink) {
        link = newLink;
    }

    void becameReady(Instant when) {
        ready = when;
    }

    /** The first failure is the cause; what follows is its consequence. */
    void failed(WorkerFailure why) {
        if (failure == null && ended == null) {
            failure = why;
        }
    }

    void stopAsked() {
        stopAsked = true;
    }

    void pipeClosed() {
        pipeClosed = true;
    }

    void exited(WorkerExit how) {
        exit = how;
    }

    /** Both its pipe and its process are over: nothing of it can come any more. */
    boolean isOver() {
        return exit != null && (link == null || pipeClosed);
    }

    void ended(Instant when) {
        ended = when;
    }
}
