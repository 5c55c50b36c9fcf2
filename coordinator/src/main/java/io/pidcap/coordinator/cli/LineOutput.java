package io.pidcap.coordinator.cli;

/** Prints many lines, a few thousand at a time where nobody waits for each. */
final class LineOutput {
    private static final int CHUNK_CHARACTERS = 1 << 16;

    private final Console console;
    private final boolean eachAtOnce;
    private final StringBuilder waiting = new StringBuilder();
    private boolean open = true;

    LineOutput(Console console, boolean eachAtOnce) {
        this.console = console;
        this.eachAtOnce = eachAtOnce;
    }

    /** @return false: nobody reads standard output any more */
    boolean add(String line) {
        waiting.append(line).append(System.lineSeparator());
        if (eachAtOnce || waiting.length() >= CHUNK_CHARACTERS) {
            flush();
        }
        return open;
    }

    void flush() {
        console.print(waiting.toString());
        waiting.setLength(0);
        open = !console.isOutputClosed();
    }
}
