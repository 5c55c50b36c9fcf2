package io.pidcap.host;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/** A process that sends {@code count} datagrams to a port of 127.0.0.1, each with its number in the first four bytes. */
public final class UdpSender {
    private UdpSender() {}

    /** Arguments: port, count, payload bytes (at least 4). */
    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[0]);
        int count = Integer.parseInt(arguments[1]);
        ByteBuffer payload = ByteBuffer.allocate(Integer.parseInt(arguments[2]));
        try (DatagramSocket socket = new DatagramSocket()) {
            DatagramPacket packet = new DatagramPacket(
                    payload.array(), payload.capacity(), InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
            for (int i = 0; i < count; i++) {
                payload.putInt(0, i);
                socket.send(packet);
            }
        }
    }
}
