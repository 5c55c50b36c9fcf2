package io.pidcap.coordinator.demo;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/**
 * The demo's HTTP server: answers every request with a page of fixed length on 127.0.0.1, prints its port, and ends when
 * its standard input does.
 */
public final class DemoServerMain {
    private static final int PAGE_BYTES = 3000;

    private DemoServerMain() {}

    public static void main(String[] args) throws IOException {
        byte[] page = "pidcap demo\n".repeat(PAGE_BYTES / 12).getBytes(StandardCharsets.US_ASCII);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, page.length);
            try (OutputStream body = exchange.getResponseBody()) {
                body.write(page);
            }
        });
        server.start();
        DemoOutput.line("port " + server.getAddress().getPort());
        while (System.in.read() >= 0) {
            // Whoever started us closes our input to end us, also by dying.
        }
        server.stop(0);
    }
}
