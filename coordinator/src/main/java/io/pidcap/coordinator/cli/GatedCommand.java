package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.platform.Platform;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command whose process exists, and has its pid, before it may begin, see {@link CommandGate}. The session is made for this
 * pid, so there is no moment in which the command runs and is not known.
 */
final class GatedCommand implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GatedCommand.class);

    private final Platform platform;
    private final CommandGate gate;
    private final Process process;

    private GatedCommand(Platform platform, CommandGate gate, Process process) {
        this.platform = platform;
        this.gate = gate;
        this.process = process;
    }

    /**
     * Starts what waits, with our standard streams.
     *
     * @throws IOException it cannot be started
     */
    static GatedCommand prepare(Platform platform, List<String> command, RunUser user)
            throws IOException, InterruptedException {
        List<String> asUser = new ArrayList<>(user.prefix());
        asUser.addAll(command);
        CommandGate gate = platform == Platform.WINDOWS ? LockedFileGate.before(asUser) : NamedPipeGate.before(asUser);
        ProcessBuilder builder = new ProcessBuilder(gate.command()).inheritIO();
        if (!user.isOurselves()) {
            builder.environment().put("HOME", user.home());
            builder.environment().put("USER", user.name());
            builder.environment().put("LOGNAME", user.name());
        }
        return new GatedCommand(platform, gate, builder.start());
    }

    /** Of the command, or of the process that starts it. */
    long pid() {
        return process.pid();
    }

    /** The command begins. */
    void open() throws IOException {
        gate.open();
    }

    CompletableFuture<Process> exited() {
        return process.onExit();
    }

    /** Its status, or 128 + n if signal n ended it. */
    int awaitExit() throws InterruptedException {
        return process.waitFor();
    }

    /**
     * Windows has no signals that one process could send another: there the command is ended.
     *
     * @param name without SIG, such as {@code INT}
     */
    void signal(String name) {
        if (platform == Platform.WINDOWS) {
            process.descendants().forEach(ProcessHandle::destroy);
            return;
        }
        try {
            new ProcessBuilder("/bin/sh", "-c", "kill -s \"$1\" \"$2\"", "sh", name, Long.toString(process.pid()))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .onExit()
                    .get();
        } catch (IOException | ExecutionException e) {
            LOG.warn("send {} to the command: {}", name, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends a command that has not begun or not ended, and removes the gate. */
    @Override
    public void close() throws IOException {
        if (process.isAlive()) {
            if (platform == Platform.WINDOWS) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
            }
            process.destroyForcibly();
        }
        gate.close();
    }
}
