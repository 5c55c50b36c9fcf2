package io.pidcap.it.container;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Joins the host and one container by a pair of virtual interfaces, as a bridge would, but without touching a filter. */
final class VirtualCable implements AutoCloseable {
    static final String FIRST_ADDRESS = "198.18.77.2";
    static final String SECOND_ADDRESS = "198.18.77.3";

    private static final String HOST_INTERFACE = "pidcap-it-veth";
    private static final String HOST_ADDRESS = "198.18.77.1";
    private static final String BITS = "/29";

    /** @param containerPid a process in the container */
    VirtualCable(long containerPid) throws IOException {
        String pid = Long.toString(containerPid);
        run("ip", "link", "add", HOST_INTERFACE, "type", "veth", "peer", "name", "eth0", "netns", pid);
        try {
            run("ip", "address", "add", HOST_ADDRESS + BITS, "dev", HOST_INTERFACE);
            run("ip", "link", "set", HOST_INTERFACE, "up");
            for (String address : List.of(FIRST_ADDRESS, SECOND_ADDRESS)) {
                run("nsenter", "-t", pid, "-n", "ip", "address", "add", address + BITS, "dev", "eth0");
            }
            run("nsenter", "-t", pid, "-n", "ip", "link", "set", "eth0", "up");
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    String hostAddress() {
        return HOST_ADDRESS;
    }

    @Override
    public void close() throws IOException {
        run("ip", "link", "delete", HOST_INTERFACE);
    }

    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exit = process.onExit().join().exitValue();
        if (exit != 0) {
            throw new IOException(String.join(" ", command) + ": " + said.strip());
        }
    }
}
