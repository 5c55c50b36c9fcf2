package io.pidcap.coordinator.worker;

import io.pidcap.coordinator.platform.Platform;
import io.pidcap.coordinator.worker.StarterWire.Answer;
import io.pidcap.coordinator.worker.StarterWire.Request;
import io.pidcap.coordinator.worker.StarterWire.Start;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * The privileged side of a coordinator that has no privilege: starts its workers, and ends them. It has one job, for it
 * is root: which program with which options is fixed here, and it opens no file for the coordinator. The calling thread
 * reads; each child has a thread that passes on what it prints.
 */
final class WorkerStarter {
    private static final int MOST_CHILDREN = 8;

    /** Workers end by themselves when their coordinator is gone. */
    private static final long END_MILLIS = 3_000;

    private final Path libDirectory;
    private final WorkerPrivileges privileges;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final Map<Integer, Process> children = new ConcurrentHashMap<>();

    WorkerStarter(Path libDirectory, WorkerPrivileges privileges, InputStream in, OutputStream out) {
        this.libDirectory = libDirectory;
        this.privileges = privileges;
        this.in = new DataInputStream(in);
        this.out = new DataOutputStream(out);
    }

    /** @throws IOException the coordinator is gone, or says what is not understood: {@link #end} what is left */
    void serve() throws IOException {
        while (true) {
            Request request = StarterWire.one(Request.values(), in);
            int child = in.readInt();
            switch (request) {
                case START -> start(child, Start.read(in));
                case INPUT -> input(child, StarterWire.bytes(StarterWire.MAX_INPUT_BYTES, in));
                case KILL -> kill(child);
            }
        }
    }

    private void start(int child, Start wanted) throws IOException {
        Process process;
        try {
            if (children.size() >= MOST_CHILDREN || children.containsKey(child)) {
                throw new IOException("there are " + children.size() + " workers already");
            }
            WorkerCommand command = new WorkerCommand(
                    Platform.UNIX, libDirectory, Path.of(wanted.socket()), wanted.needs(), privileges);
            process = new ProcessBuilder(command.of(wanted.role(), wanted.run()))
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException | RuntimeException e) {
            say(Answer.REFUSED, child, () -> out.writeUTF(String.valueOf(e.getMessage())));
            return;
        }
        children.put(child, process);
        say(Answer.STARTED, child, () -> out.writeLong(process.pid()));
        Thread thread = new Thread(() -> follow(child, process), "worker-" + child);
        thread.setDaemon(true);
        thread.start();
    }

    private void follow(int child, Process process) {
        byte[] bytes = new byte[StarterWire.MAX_OUTPUT_BYTES];
        try (InputStream output = process.getInputStream()) {
            for (int read = output.read(bytes); read >= 0; read = output.read(bytes)) {
                byte[] text = Arrays.copyOf(bytes, read);
                say(Answer.OUTPUT, child, () -> {
                    out.writeInt(text.length);
                    out.write(text);
                });
            }
            int status = process.waitFor();
            children.remove(child);
            say(Answer.EXITED, child, () -> out.writeInt(status));
        } catch (IOException e) {
            // The coordinator is gone: the reading thread notices, too.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void input(int child, byte[] bytes) {
        Process process = children.get(child);
        if (process != null) {
            try (OutputStream input = process.getOutputStream()) {
                input.write(bytes);
            } catch (IOException e) {
                // It is dead already: its exit tells.
            }
        }
    }

    private void kill(int child) {
        Process process = children.get(child);
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private interface Body {
        void write() throws IOException;
    }

    private void say(Answer answer, int child, Body body) throws IOException {
        synchronized (out) {
            out.writeUTF(answer.name());
            out.writeInt(child);
            body.write();
            out.flush();
        }
    }

    /** Waits for the workers, and kills those that stay. */
    void end() throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(END_MILLIS);
        for (Process process : children.values()) {
            if (!process.waitFor(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                process.destroyForcibly();
            }
        }
    }
}
