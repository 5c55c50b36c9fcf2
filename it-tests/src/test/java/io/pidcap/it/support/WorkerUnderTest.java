package io.pidcap.it.support;

import io.pidcap.coordinator.worker.WorkerLauncher;
import io.pidcap.coordinator.worker.WorkerRole;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.RejectReason;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.wire.Pipe;
import io.pidcap.protocol.wire.PipeListener;
import io.pidcap.protocol.wire.PipeServer;
import io.pidcap.protocol.wire.WorkerSecret;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One real worker JVM of the distribution, with the test in the coordinator's place at the other end of its pipe. */
public final class WorkerUnderTest implements AutoCloseable {
    private static final long DEADLINE_SECONDS = 20;

    private final Process process;
    private final PipeServer server;
    private final Path log;
    private final Pipe pipe;
    private final Inbox inbox;

    private WorkerUnderTest(Process process, PipeServer server, Path log, Pipe pipe, Inbox inbox) {
        this.process = process;
        this.server = server;
        this.log = log;
        this.pipe = pipe;
        this.inbox = inbox;
    }

    /** Starts it, admits it, and returns when it is welcome. */
    public static WorkerUnderTest start(Path directory, Role role) throws Exception {
        return start(directory, role, envelope -> false);
    }

    /** @param taken sees every message first, on the event loop; one of which it says true is not kept */
    public static WorkerUnderTest start(Path directory, Role role, Predicate<Envelope> taken) throws Exception {
        WorkerSecret secret = WorkerSecret.generate();
        Inbox inbox = new Inbox(taken);
        CompletableFuture<Pipe> admitted = new CompletableFuture<>();
        Path socket = Files.createTempDirectory(directory, "pipe").resolve("w.sock");
        PipeServer server = PipeServer.listen(socket, (pipe, hello, peerUser) -> {
            if (hello.getRole() != role || hello.getRun() != 1 || !secret.matches(hello.getSecret())) {
                throw new PipeServer.Refusal(RejectReason.REJECT_REASON_SECRET, "not the worker that was started");
            }
            admitted.complete(pipe);
            return inbox;
        });
        Path log = Files.createTempFile(directory, "worker", ".log");
        Process process = spawn(role, socket, log);
        try (OutputStream input = process.getOutputStream()) {
            secret.writeLine(input);
        }
        try {
            return new WorkerUnderTest(process, server, log, admitted.get(DEADLINE_SECONDS, TimeUnit.SECONDS), inbox);
        } catch (TimeoutException | ExecutionException e) {
            process.destroyForcibly();
            server.close();
            throw new AssertionError("the worker did not say hello; its log: " + Files.readString(log), e);
        }
    }

    /** Starts a worker's JVM on a socket; its secret is the caller's to write. */
    public static Process spawn(Role role, Path socket, Path log) throws IOException {
        String program = role == Role.ROLE_CAPTURE_WORKER ? "capture" : "event";
        Path jar = Path.of(System.getProperty("pidcap.dist"), "lib", "pidcap-" + program + "-worker.jar");
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                WorkerLauncher.jvmOptions(role == Role.ROLE_CAPTURE_WORKER ? WorkerRole.CAPTURE : WorkerRole.EVENTS));
        command.addAll(List.of("-jar", jar.toString(), "--pipe", socket.toString(), "--run", "1"));
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(log.toFile())
                .start();
    }

    public Process process() {
        return process;
    }

    public String log() throws IOException {
        return Files.readString(log);
    }

    /** @return the message's sequence number */
    public long send(Envelope.Builder body) {
        return pipe.send(body);
    }

    /** Waits for the first message, of those not taken yet, that fits; those before it stay. */
    public Envelope await(String what, Predicate<Envelope> fits) throws IOException {
        Envelope found = inbox.await(fits);
        if (found == null) {
            throw new AssertionError(
                    "the worker did not send " + what + "; it sent " + inbox.all() + "; its log: " + log());
        }
        return found;
    }

    public Envelope awaitReply(long request) throws IOException {
        return await("a reply to " + request, envelope -> envelope.getInReplyTo() == request);
    }

    /** Everything that came, in order, taken or not. */
    public List<Envelope> received() {
        return inbox.all();
    }

    /** Closes the pipe from this side. */
    public void hangUp() {
        pipe.close();
    }

    /** @return its exit status */
    public int awaitExit() throws IOException, InterruptedException {
        if (!process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("the worker did not end; its log: " + log());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        server.close();
        process.destroyForcibly();
    }

    private static final class Inbox implements PipeListener {
        private final List<Envelope> all = new ArrayList<>();
        private final List<Envelope> waiting = new ArrayList<>();
        private final Predicate<Envelope> taken;
        private boolean closed;

        Inbox(Predicate<Envelope> taken) {
            this.taken = taken;
        }

        @Override
        public synchronized void received(Pipe pipe, Envelope envelope) {
            if (taken.test(envelope)) {
                return;
            }
            all.add(envelope);
            waiting.add(envelope);
            notifyAll();
        }

        @Override
        public synchronized void closed(Pipe pipe, @Nullable Throwable cause) {
            closed = true;
            notifyAll();
        }

        synchronized List<Envelope> all() {
            return List.copyOf(all);
        }

        synchronized @Nullable Envelope await(Predicate<Envelope> fits) {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
            try {
                while (true) {
                    for (Envelope envelope : waiting) {
                        if (fits.test(envelope)) {
                            waiting.remove(envelope);
                            return envelope;
                        }
                    }
                    long leftMillis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                    if (closed || leftMillis <= 0) {
                        return null;
                    }
                    wait(leftMillis);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
        }
    }
}
