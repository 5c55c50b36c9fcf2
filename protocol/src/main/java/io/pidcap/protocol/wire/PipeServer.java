package io.pidcap.protocol.wire;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.pidcap.protocol.v1.Hello;
import io.pidcap.protocol.v1.RejectReason;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Listens on a Unix domain socket (mode 0600) until closed; a peer that is refused never harms the listener. Owns one
 * thread, on which admission and all listeners are called.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty's futures; their failures come through the pipeline
public final class PipeServer implements AutoCloseable {
    /** Decides who may speak; called on the event loop, after the version was found to match. */
    public interface Admission {
        /**
         * What is sent through {@code pipe} in here goes out behind the Welcome, or not at all.
         *
         * @param peerUser of the connected process, as the system tells: compare it with {@link Files#getOwner}; null
         *     where the system does not tell
         * @throws Refusal with the reason that the peer is given
         */
        PipeListener admit(Pipe pipe, Hello hello, @Nullable UserPrincipal peerUser) throws Refusal;
    }

    /** The peer may not connect. */
    public static final class Refusal extends Exception {
        private static final long serialVersionUID = 1;
        private final RejectReason reason;

        public Refusal(RejectReason reason, String message) {
            super(message);
            this.reason = reason;
        }

        public RejectReason reason() {
            return reason;
        }
    }

    /** One less than unix(7) allows: the JDK takes no more (MAX_UNIX_DOMAIN_PATH_LEN in its UnixDomainSockets.c). */
    private static final int MAX_PATH_BYTES = 106;
    /** For pipes to write what was sent to them when the server closes. */
    private static final long CLOSE_MILLIS = 1_000;

    private final MultiThreadIoEventLoopGroup eventLoop;
    private final Set<PipeConnection> connections = ConcurrentHashMap.newKeySet();
    private final Refusals refusals;
    private final WaitingPeers waiting = new WaitingPeers();
    private final Channel listener;

    private PipeServer(Path socketFile, Admission admission, Refusals refusals) throws IOException {
        eventLoop = PipeChannels.eventLoop("pipe-" + socketFile.getFileName());
        this.refusals = refusals;
        ChannelFuture bound = new ServerBootstrap()
                .group(eventLoop)
                .channel(NioServerDomainSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel, admission);
                    }
                })
                .bind(UnixDomainSocketAddress.of(socketFile))
                .awaitUninterruptibly();
        listener = bound.channel();
        try {
            if (bound.cause() != null) {
                throw new IOException(
                        "listen on " + socketFile + ": " + bound.cause().getMessage(), bound.cause());
            }
            restrict(socketFile);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /**
     * The mode is set after the socket was made: let its directory be private, too.
     *
     * @param socketFile must not exist yet; at most 106 bytes of path
     * @throws IOException naming the path
     */
    public static PipeServer listen(Path socketFile, Admission admission) throws IOException {
        return listen(socketFile, admission, new Refusals(String.valueOf(socketFile.getFileName())));
    }

    /**
     * {@link #listen(Path, Admission)}
     *
     * @param refusals gets who is not let in
     */
    public static PipeServer listen(Path socketFile, Admission admission, Refusals refusals) throws IOException {
        int pathBytes = socketFile.toString().getBytes(StandardCharsets.UTF_8).length;
        if (pathBytes > MAX_PATH_BYTES) {
            throw new IOException("listen on " + socketFile + ": the path has " + pathBytes
                    + " bytes and a socket's may have " + MAX_PATH_BYTES + "; use a shorter directory");
        }
        if (Files.exists(socketFile, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(
                    "listen on " + socketFile + ": it exists already; remove it if no other process listens on it");
        }
        return new PipeServer(socketFile, admission, refusals);
    }

    private static void restrict(Path socketFile) throws IOException {
        if (!socketFile.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        try {
            Files.setPosixFilePermissions(socketFile, PosixFilePermissions.fromString("rw-------"));
        } catch (IOException e) {
            throw new IOException("set mode 0600 of " + socketFile + ": " + e.getMessage(), e);
        }
    }

    private void accept(Channel channel, Admission admission) {
        PipeConnection connection = PipeConnection.ofServer(channel);
        connections.add(connection);
        channel.closeFuture().addListener(closed -> connections.remove(connection));
        ServerHandshake handshake =
                new ServerHandshake(connection, admission, PipeChannels.peerUser(channel), refusals, waiting);
        PipeChannels.install(channel, connection, handshake, PipeLimits.MAX_HELLO_BYTES);
    }

    /** Who was not let in. */
    public Refusals refusals() {
        return refusals;
    }

    /**
     * Closes the listener and every pipe after what was sent through it, and deletes the socket file; waits for that for
     * about a second at most, unless called on the event loop. Idempotent.
     */
    @Override
    public void close() {
        listener.close();
        connections.forEach(PipeConnection::close);
        if (listener.eventLoop().inEventLoop()) {
            listener.eventLoop().schedule(this::end, CLOSE_MILLIS, TimeUnit.MILLISECONDS);
            return;
        }
        long deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
        for (PipeConnection connection : connections) {
            if (connection.isAdmitted()) {
                connection
                        .channel()
                        .closeFuture()
                        .awaitUninterruptibly(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
        }
        end();
        eventLoop.terminationFuture().awaitUninterruptibly(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void end() {
        eventLoop.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
    }
}
