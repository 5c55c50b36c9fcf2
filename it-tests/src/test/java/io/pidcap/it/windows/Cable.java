package io.pidcap.it.windows;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.util.List;

/**
 * A network namespace with two interfaces that are joined: what is sent on one comes in at the other. The host has the
 * addresses of the first, on which it is captured.
 */
final class Cable implements AutoCloseable {
    /** Of the first end. */
    static final String IPV4 = "10.77.0.5";

    static final String INTERFACE = "here";

    private static final String SET_UP = String.join(
            " && ",
            "ip link add " + INTERFACE + " type veth peer name there",
            "ip address add " + IPV4 + "/24 dev " + INTERFACE,
            "ip address add fd77::5/64 dev " + INTERFACE + " nodad",
            "ip link set lo up",
            "ip link set " + INTERFACE + " up",
            "ip link set there up",
            "exec \"$@\"");

    private static final String SEND = """
            import socket, sys
            ends = {}
            for name in ('here', 'there'):
                ends[name] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
                ends[name].bind((name, 0))
            print('ready', flush=True)
            for line in sys.stdin:
                name, frame = line.split()
                ends[name].send(bytes.fromhex(frame))
                print('sent', flush=True)
            """;

    private final Process sender;
    private final BufferedWriter commands;
    private final BufferedReader answers;

    Cable() throws IOException {
        sender = new ProcessBuilder("unshare", "--net", "sh", "-c", SET_UP, "sh", "python3", "-Ic", SEND)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        commands = sender.outputWriter();
        answers = sender.inputReader();
        require("ready");
    }

    private void require(String word) throws IOException {
        String answer = answers.readLine();
        if (!word.equals(answer)) {
            throw new IOException("the sender of packets said " + answer + " instead of " + word);
        }
    }

    /** Runs a command in the namespace. */
    List<String> prefix() {
        return List.of("nsenter", "--net=/proc/" + sender.pid() + "/ns/net");
    }

    /** Returns when it was captured: from the host where it is of the host's, else from afar. */
    void send(CraftedPacket packet) throws IOException {
        boolean outbound = List.of(IPV4, "fd77::5").contains(packet.ends().local());
        commands.write((outbound ? INTERFACE : "there") + " " + packet.frame() + "\n");
        commands.flush();
        require("sent");
    }

    /** The namespace ends with its last process. */
    @Override
    public void close() {
        sender.destroyForcibly();
    }
}
