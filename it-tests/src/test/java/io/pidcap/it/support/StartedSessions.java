package io.pidcap.it.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;

/** Sessions of one state directory; when closed, ends those that run on because the test failed half way. */
public final class StartedSessions implements AutoCloseable {
    private static final int END_SECONDS = 10;

    private final Pidcap pidcap;

    public StartedSessions(Pidcap pidcap) {
        this.pidcap = pidcap;
    }

    /**
     * Runs {@code pidcap start} until the session is ready.
     *
     * @param prefix see {@link Pidcap#start}
     * @return its id
     */
    public String start(List<String> prefix, List<String> options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("start"));
        command.addAll(options);
        Pidcap.Result started =
                pidcap.start(prefix, command.toArray(String[]::new)).await();
        assertThat(started.exitCode()).as(started.err()).isZero();
        return started.out().strip();
    }

    /** @return its report */
    public JsonNode stop(String id) throws IOException, InterruptedException {
        Pidcap.Result stopped = pidcap.run("stop", id, "--json");
        assertThat(stopped.exitCode()).as(stopped.err()).isZero();
        return Status.parse(stopped.out());
    }

    /** By force where they do not stop when told to, which throws. */
    @Override
    public void close() throws IOException {
        try {
            stopAll();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted before the sessions had stopped", e);
        }
    }

    private void stopAll() throws IOException, InterruptedException {
        Pidcap.Result status = pidcap.run("status", "--json");
        assertThat(status.exitCode()).as(status.err()).isZero();
        List<String> forced = new ArrayList<>();
        for (JsonNode session : Status.parse(status.out())) {
            // The pid of one that died may be another process's by now.
            if (session.get("state").asString().equals("died")) {
                continue;
            }
            String id = session.get("id").asString();
            Optional<ProcessHandle> coordinator =
                    ProcessHandle.of(session.get("pid").asLong());
            Pidcap.Result stopped = pidcap.run("stop", id);
            if (coordinator.isPresent() && !hasEnded(coordinator.get())) {
                coordinator.get().destroyForcibly();
                forced.add(id + ": " + stopped.err());
            }
        }
        assertThat(forced).as("sessions that had to be killed").isEmpty();
    }

    private static boolean hasEnded(ProcessHandle process) throws InterruptedException {
        try {
            process.onExit().get(END_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        }
    }
}
