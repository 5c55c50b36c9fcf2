package io.pidcap.protocol.wire;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.pidcap.protocol.v1.Hello;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** The connecting end: a worker, or a command such as {@code pidcap stop}. Owns its event loop. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty's futures; their failures come through the pipeline
public final class PipeClient implements AutoCloseable {
    /** How strerror(3) words EAGAIN; the JDK passes on no number. */
    private static final String QUEUE_IS_FULL = "Resource temporarily unavailable";

    private static final long QUEUE_PAUSE_MILLIS = 5;

    private final MultiThreadIoEventLoopGroup eventLoop;
    private final PipeConnection connection;

    private PipeClient(MultiThreadIoEventLoopGroup eventLoop, PipeConnection connection) {
        this.eventLoop = eventLoop;
        this.connection = connection;
    }

    /**
     * Connects, says {@code hello} (the version fields are filled in here) and waits for the verdict. The listener may
     * be told of messages before this returns; it is told of nothing when this throws.
     *
     * @throws IOException naming the socket: it is not there, nobody listens, no answer in time
     * @throws ProtocolException refused, with the server's reason
     */
    public static PipeClient connect(Path socketFile, Hello hello, PipeListener listener, long timeoutMillis)
            throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        NioDomainSocketChannel channel = new NioDomainSocketChannel(null, open(socketFile, deadlineNanos));
        MultiThreadIoEventLoopGroup eventLoop = PipeChannels.eventLoop(threadName(hello));
        PipeConnection connection = PipeConnection.ofClient(channel);
        ClientHandshake handshake = new ClientHandshake(connection, hello, listener);
        PipeChannels.install(channel, connection, handshake, PipeLimits.MAX_FRAME_BYTES);
        boolean admitted = false;
        try {
            eventLoop.register(channel);
            await(handshake, socketFile, deadlineNanos, timeoutMillis);
            admitted = true;
            return new PipeClient(eventLoop, connection);
        } finally {
            if (!admitted) {
                channel.close();
                eventLoop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
            }
        }
    }

    private static String threadName(Hello hello) {
        String role = hello.getRole().name().replace("ROLE_", "").replace('_', '-');
        return "pipe-" + role.toLowerCase(Locale.ROOT);
    }

    /**
     * Connects, again and again while the listener has no place in its queue: connect(2) of a socket that does not block
     * then fails with EAGAIN (unix(7)), and one that blocks knows no deadline.
     */
    private static SocketChannel open(Path socketFile, long deadlineNanos) throws IOException, InterruptedException {
        while (true) {
            SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
            try {
                socket.configureBlocking(false);
                socket.connect(UnixDomainSocketAddress.of(socketFile));
                return socket;
            } catch (IOException | RuntimeException e) {
                socket.close();
                String words = String.valueOf(e.getMessage());
                boolean queueIsFull = words.contains(QUEUE_IS_FULL);
                if (!queueIsFull || System.nanoTime() > deadlineNanos) {
                    String why = queueIsFull ? "nobody accepts the connection" : words;
                    throw new IOException("connect to " + socketFile + ": " + why, e);
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(QUEUE_PAUSE_MILLIS));
            if (Thread.interrupted()) {
                throw new InterruptedException("while connecting to " + socketFile);
            }
        }
    }

    private static void await(ClientHandshake handshake, Path socketFile, long deadlineNanos, long timeoutMillis)
            throws IOException, InterruptedException {
        try {
            handshake.verdict().get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new IOException("connect to " + socketFile + ": no answer within " + timeoutMillis + " ms", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String message = "connect to " + socketFile + ": " + cause.getMessage();
            if (cause instanceof ProtocolException) {
                throw new ProtocolException(message, cause);
            }
            throw new IOException(message, cause);
        }
    }

    public Pipe pipe() {
        return connection;
    }

    /**
     * Closes the pipe after what was sent, and ends the event loop; waits for both unless called on the event loop.
     * Idempotent.
     */
    @Override
    public void close() {
        connection.close();
        connection
                .channel()
                .closeFuture()
                .addListener(closed -> eventLoop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS));
        if (!connection.channel().eventLoop().inEventLoop()) {
            eventLoop.terminationFuture().awaitUninterruptibly();
        }
    }
}
