package io.pidcap.it.accuracy;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A JVM that talks to echo servers of TCP and UDP, by sockets and by channels, from its pool's threads. */
public final class JvmTraffic {
    private static final int ROUNDS = 5;
    private static final int BYTES = 200;
    private static final int TIMEOUT_MILLIS = 20_000;

    private final InetAddress own;
    private final SocketAddress peer;

    private JvmTraffic(String own, String peer, String port) throws IOException {
        this.own = InetAddress.getByName(own);
        this.peer = new InetSocketAddress(peer, Integer.parseInt(port));
    }

    private interface Round {
        void run() throws IOException;
    }

    /** @param arguments own address, the servers' address and port */
    public static void main(String[] arguments) throws Exception {
        JvmTraffic traffic = new JvmTraffic(arguments[0], arguments[1], arguments[2]);
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try {
            for (int i = 0; i < ROUNDS; i++) {
                inPool(pool, traffic::socket);
                inPool(pool, traffic::channel);
                inPool(pool, traffic::datagramSocket);
                inPool(pool, traffic::datagramChannel);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static void inPool(ExecutorService pool, Round round) throws InterruptedException, ExecutionException {
        pool.submit(() -> {
                    round.run();
                    return null;
                })
                .get();
    }

    private void socket() throws IOException {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.bind(new InetSocketAddress(own, 0));
            socket.connect(peer, TIMEOUT_MILLIS);
            socket.getOutputStream().write(new byte[BYTES]);
            socket.getInputStream().readNBytes(BYTES);
        }
    }

    private void channel() throws IOException {
        try (SocketChannel channel = SocketChannel.open()) {
            channel.bind(new InetSocketAddress(own, 0));
            channel.connect(peer);
            channel.write(ByteBuffer.allocate(BYTES));
            ByteBuffer answer = ByteBuffer.allocate(BYTES);
            int read;
            do {
                read = channel.read(answer);
            } while (read >= 0 && answer.hasRemaining());
        }
    }

    private void datagramSocket() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, own)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.send(new DatagramPacket(new byte[BYTES], BYTES, peer));
            socket.receive(new DatagramPacket(new byte[BYTES], BYTES));
        }
    }

    private void datagramChannel() throws IOException {
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.bind(new InetSocketAddress(own, 0));
            channel.connect(peer);
            channel.write(ByteBuffer.allocate(BYTES));
            channel.read(ByteBuffer.allocate(BYTES));
        }
    }
}
