package io.pidcap.protocol.wire;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.pidcap.protocol.v1.Hello;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The connecting end: a worker, or a command such as {@code pidcap stop}. Owns its event loop. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty's futures; their failures come through the pipeline
public final class PipeClient implements AutoCloseable {
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
        MultiThreadIoEventLoopGroup eventLoop = PipeChannels.eventLoop(threadName(hello));
        NioDomainSocketChannel channel = new NioDomainSocketChannel();
        PipeConnection connection = PipeConnection.ofClient(channel);
        ClientHandshake handshake = new ClientHandshake(connection, hello, listener);
        PipeChannels.install(channel, connection, handshake);
        boolean admitted = false;
        try {
            open(eventLoop, channel, socketFile, deadlineNanos);
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

    private static void open(
            MultiThreadIoEventLoopGroup eventLoop, Channel channel, Path socketFile, long deadlineNanos)
            throws IOException, InterruptedException {
        ChannelFuture connected = new Bootstrap()
                .group(eventLoop)
                .channelFactory(() -> channel)
                .handler(new ChannelInboundHandlerAdapter())
                .connect(UnixDomainSocketAddress.of(socketFile));
        if (!connected.await(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            throw new IOException("connect to " + socketFile + ": nobody accepts the connection");
        }
        Throwable cause = connected.cause();
        if (cause != null) {
            throw new IOException("connect to " + socketFile + ": " + cause.getMessage(), cause);
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
