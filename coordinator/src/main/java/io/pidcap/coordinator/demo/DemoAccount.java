package io.pidcap.coordinator.demo;

import java.util.List;

/** What the clients say they did: the truth by which the file is judged. */
public record DemoAccount(
        String clientText,
        List<DemoConnection> clientConnections,
        String bystanderText,
        List<DemoConnection> bystanderConnections) {
    public DemoAccount {
        clientConnections = List.copyOf(clientConnections);
        bystanderConnections = List.copyOf(bystanderConnections);
    }

    /** One line for a person. */
    public static String describe(String who, List<DemoConnection> connections) {
        long sent = connections.stream().mapToLong(DemoConnection::sentBytes).sum();
        long received =
                connections.stream().mapToLong(DemoConnection::receivedBytes).sum();
        return who + ": " + connections.size() + " connections, " + sent + " bytes sent, " + received
                + " bytes received";
    }
}
