package io.pidcap.coordinator.worker;

import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;

/**
 * The program that stays root where pidcap is somebody else, started by the launcher script: {@code SOCKET USER GROUP}.
 * Serves the first process of that user that connects, and ends with it; or, before one has, when standard input ends.
 */
public final class WorkerStarterMain {
    private static volatile boolean connected;

    private WorkerStarterMain() {}

    /** @param arguments the socket, in a directory for it alone; the numbers of user and group */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path socket = Path.of(arguments[0]);
        int user = Integer.parseInt(arguments[1]);
        int group = Integer.parseInt(arguments[2]);
        Thread input = new Thread(() -> endWithInput(socket), "input");
        input.setDaemon(true);
        input.start();
        SocketChannel coordinator;
        try {
            coordinator = accept(socket, user);
        } finally {
            remove(socket);
        }
        connected = true;
        try (coordinator) {
            serve(coordinator, WorkerPrivileges.ofThisProcess().inGroup(group));
        }
    }

    private static void endWithInput(Path socket) {
        try {
            System.in.readAllBytes();
            if (!connected) {
                remove(socket);
            }
        } catch (IOException e) {
            // As good as its end, and nobody is there to be told.
        }
        if (!connected) {
            System.exit(0);
        }
    }

    private static void remove(Path socket) throws IOException {
        Files.deleteIfExists(socket);
        Path directory = socket.getParent();
        if (directory != null) {
            Files.deleteIfExists(directory);
        }
    }

    private static SocketChannel accept(Path socket, int user) throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listener.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            Files.setAttribute(socket, "unix:uid", user);
            UserPrincipal owner = Files.getOwner(socket);
            while (true) {
                SocketChannel channel = listener.accept();
                if (owner.equals(
                        channel.getOption(ExtendedSocketOptions.SO_PEERCRED).user())) {
                    return channel;
                }
                channel.close();
            }
        }
    }

    private static void serve(SocketChannel channel, WorkerPrivileges privileges) throws InterruptedException {
        OutputStream out = StarterStreams.output(channel);
        WorkerStarter starter = new WorkerStarter(
                WorkerLauncher.installedLibDirectory(), privileges, StarterStreams.input(channel), out);
        try {
            byte[] status = Capability.ownStatus().getBytes(StandardCharsets.UTF_8);
            out.write(status);
            out.write(0);
            out.flush();
            starter.serve();
        } catch (IOException e) {
            // The coordinator has ended, in whatever way.
        } finally {
            starter.end();
        }
    }
}
