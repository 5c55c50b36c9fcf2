package io.pidcap.coordinator.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The demo's three programs, in the order in which they play. Used by one thread. */
public final class DemoCast implements AutoCloseable {
    public static final String CLIENT = "demo-client";
    private static final String BYSTANDER = "demo-bystander";
    private static final String SERVER = "demo-server";
    private static final int CONNECTIONS = 3;
    private static final int REQUESTS = 4;
    /** Long enough that even a source that polls sees each connection. */
    private static final int PAUSE_MILLIS = 60;

    private final Path directory;
    private final DemoProgram server;
    private final int serverPort;
    private @Nullable DemoProgram client;
    private @Nullable DemoProgram bystander;

    private DemoCast(Path directory, DemoProgram server, int serverPort) {
        this.directory = directory;
        this.server = server;
        this.serverPort = serverPort;
    }

    /** Starts the server only: the clients come when the session is ready. */
    public static DemoCast startServer() throws IOException {
        Path directory = Files.createTempDirectory("pidcap-demo");
        DemoProgram server = DemoProgram.start(directory, SERVER, DemoServerMain.class);
        String line = server.readLine();
        return new DemoCast(directory, server, Integer.parseInt(line.substring(line.indexOf(' ') + 1)));
    }

    public int serverPort() {
        return serverPort;
    }

    public String serverText() {
        return text(server);
    }

    private static String text(DemoProgram program) {
        return program.name() + " (pid " + program.pid() + ")";
    }

    /** Starts both clients, lets them go at once, and waits for their ends. */
    public DemoAccount play() throws IOException, InterruptedException {
        DemoProgram wanted = startClient(CLIENT);
        client = wanted;
        DemoProgram other = startClient(BYSTANDER);
        bystander = other;
        other.letGo();
        wanted.letGo();
        List<DemoConnection> wantedConnections = wanted.awaitConnections();
        return new DemoAccount(text(wanted), wantedConnections, text(other), other.awaitConnections());
    }

    private DemoProgram startClient(String name) throws IOException {
        return DemoProgram.start(
                directory, name, DemoClientMain.class, serverPort, CONNECTIONS, REQUESTS, PAUSE_MILLIS);
    }

    @Override
    public void close() throws IOException {
        for (DemoProgram program : new DemoProgram[] {client, bystander, server}) {
            if (program != null) {
                program.close();
                Files.deleteIfExists(directory.resolve(program.name()));
            }
        }
        Files.deleteIfExists(directory);
    }
}
