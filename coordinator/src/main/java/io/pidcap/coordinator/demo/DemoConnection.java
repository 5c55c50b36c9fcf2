package io.pidcap.coordinator.demo;

/**
 * What a client says of one of its connections.
 *
 * @param localPort its end
 * @param sentBytes written by it, above TCP
 * @param receivedBytes read by it, above TCP
 */
public record DemoConnection(int localPort, long sentBytes, long receivedBytes) {
    private static final String PREFIX = "connection ";

    /** The line of a client's standard output that {@link #parse} reads. */
    String toLine() {
        return PREFIX + localPort + " " + sentBytes + " " + receivedBytes;
    }

    static boolean isLine(String line) {
        return line.startsWith(PREFIX);
    }

    static DemoConnection parse(String line) {
        String[] fields = line.substring(PREFIX.length()).split(" ");
        return new DemoConnection(Integer.parseInt(fields[0]), Long.parseLong(fields[1]), Long.parseLong(fields[2]));
    }
}
