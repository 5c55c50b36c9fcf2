package io.pidcap.coordinator.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A client of the demo: opens connections one after the other, sends requests over each, and prints a {@link
 * DemoConnection} line for each when all are done. Arguments: the server's port, connections, requests per connection,
 * pause in milliseconds between requests.
 *
 * <p>It waits for a line on standard input before it begins, so that the demo can let both clients go at once.
 */
public final class DemoClientMain {
    private DemoClientMain() {}

    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(args[0]);
        int connections = Integer.parseInt(args[1]);
        int requests = Integer.parseInt(args[2]);
        long pauseMillis = Long.parseLong(args[3]);

        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        if (input.readLine() == null) {
            return;
        }
        List<DemoConnection> done = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            done.add(talk(port, requests, pauseMillis));
        }
        for (DemoConnection connection : done) {
            DemoOutput.line(connection.toLine());
        }
    }

    private static DemoConnection talk(int port, int requests, long pauseMillis) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            long sent = 0;
            long received = 0;
            for (int i = 0; i < requests; i++) {
                byte[] request =
                        ("GET /" + i + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
                socket.getOutputStream().write(request);
                sent += request.length;
                received += readResponse(socket.getInputStream());
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
            }
            return new DemoConnection(socket.getLocalPort(), sent, received);
        }
    }

    /** Reads one response with a Content-Length; returns its length in bytes, head and body. */
    private static long readResponse(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the server closed the connection within a response's head: " + head);
            }
            head.append((char) next);
        }
        long bodyBytes = contentLength(head.toString());
        in.skipNBytes(bodyBytes);
        return head.length() + bodyBytes;
    }

    private static long contentLength(String head) throws IOException {
        for (String line : head.split("\r\n")) {
            String[] field = line.split(":", 2);
            if (field.length == 2 && field[0].equalsIgnoreCase("content-length")) {
                return Long.parseLong(field[1].trim());
            }
        }
        throw new IOException("a response without Content-Length: " + head);
    }
}
