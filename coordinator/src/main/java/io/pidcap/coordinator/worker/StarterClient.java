package io.pidcap.coordinator.worker;

import io.pidcap.coordinator.worker.StarterWire.Answer;
import io.pidcap.coordinator.worker.StarterWire.Request;
import io.pidcap.coordinator.worker.StarterWire.Start;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This process's {@link WorkerStarter}, where it has no privileges itself: the launcher script names its socket in a
 * property. Connected when it is first needed; one thread reads what it says. May be used from any thread.
 */
final class StarterClient {
    private static final Logger LOG = LoggerFactory.getLogger(StarterClient.class);
    private static final long CONNECT_MILLIS = 15_000;
    private static final long RETRY_MILLIS = 5;

    private static @Nullable StarterClient ours;

    private final DataInputStream in;
    private final DataOutputStream out;
    private final String status;
    private final Map<Integer, StartedChild> children = new ConcurrentHashMap<>();
    private int started;
    private volatile boolean gone;

    private StarterClient(SocketChannel channel) throws IOException {
        in = new DataInputStream(StarterStreams.input(channel));
        out = new DataOutputStream(StarterStreams.output(channel));
        ByteArrayOutputStream greeting = new ByteArrayOutputStream();
        for (int next = in.read(); next > 0; next = in.read()) {
            greeting.write(next);
        }
        status = greeting.toString(StandardCharsets.UTF_8);
    }

    /**
     * Empty: we start our workers ourselves.
     *
     * @throws IOException it cannot be reached
     */
    static synchronized Optional<StarterClient> ofThisProcess() throws IOException {
        String socket = System.getProperty(WorkerLauncher.STARTER_PROPERTY, "");
        if (socket.isEmpty()) {
            return Optional.empty();
        }
        if (ours == null) {
            StarterClient client = new StarterClient(connect(Path.of(socket)));
            Thread thread = new Thread(client::read, "starter");
            thread.setDaemon(true);
            thread.start();
            ours = client;
        }
        return Optional.of(ours);
    }

    /** It begins when we do, and may not listen yet. */
    private static SocketChannel connect(Path socket) throws IOException {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CONNECT_MILLIS);
        while (true) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                channel.connect(UnixDomainSocketAddress.of(socket));
                return channel;
            } catch (IOException e) {
                channel.close();
                if (System.nanoTime() - deadlineNanos > 0) {
                    throw new IOException(
                            "reach the process that starts workers at " + socket + ": " + e.getMessage(), e);
                }
            }
            pause();
        }
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the process that starts workers was not there yet", e);
        }
    }

    /** Its {@code /proc/self/status}. */
    String status() {
        return status;
    }

    /**
     * Starts a worker and waits for its pid.
     *
     * @param log gets what the worker prints
     */
    WorkerProcess.Child start(Start wanted, Path log) throws IOException {
        StartedChild child;
        synchronized (this) {
            child = new StartedChild(this, ++started, log);
        }
        children.put(child.number(), child);
        say(Request.START, child.number(), () -> wanted.write(out));
        if (gone) {
            child.exited(WorkerExit.UNKNOWN_STATUS);
        }
        child.awaitStart();
        return child;
    }

    void input(int child, byte[] bytes) throws IOException {
        say(Request.INPUT, child, () -> {
            out.writeInt(bytes.length);
            out.write(bytes);
        });
    }

    void kill(int child) {
        try {
            say(Request.KILL, child, () -> {});
        } catch (IOException e) {
            LOG.warn("kill worker {}: {}", child, e.getMessage());
        }
    }

    private interface Body {
        void write() throws IOException;
    }

    private void say(Request request, int child, Body body) throws IOException {
        synchronized (out) {
            out.writeUTF(request.name());
            out.writeInt(child);
            body.write();
            out.flush();
        }
    }

    private void read() {
        try {
            while (true) {
                Answer answer = StarterWire.one(Answer.values(), in);
                int number = in.readInt();
                StartedChild child = children.get(number);
                if (child == null) {
                    throw new IOException("word of a worker " + number + " that was not asked for");
                }
                switch (answer) {
                    case STARTED -> child.started(in.readLong());
                    case REFUSED -> {
                        children.remove(number);
                        child.refused(in.readUTF());
                    }
                    case OUTPUT -> child.printed(StarterWire.bytes(StarterWire.MAX_OUTPUT_BYTES, in));
                    case EXITED -> {
                        children.remove(number);
                        child.exited(in.readInt());
                    }
                }
            }
        } catch (IOException e) {
            gone = true;
            LOG.error("the process that starts workers is gone: {}", e.getMessage());
            children.values().forEach(child -> child.exited(WorkerExit.UNKNOWN_STATUS));
        }
    }
}
