package io.pidcap.event;

import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/** Commands on their way to the worker's thread. */
final class CommandQueue {
    /** The coordinator waits for its answers, so more than a few are a fault of its. */
    private static final int MOST_REQUESTS = 64;

    private final LinkedBlockingQueue<Command> commands = new LinkedBlockingQueue<>();

    /** False: there are too many unanswered ones. */
    boolean offerRequest(Command command) {
        return commands.size() < MOST_REQUESTS && commands.offer(command);
    }

    /** For what happens once and must arrive. */
    void post(Command command) {
        commands.add(command);
    }

    Command take() throws InterruptedException {
        return commands.take();
    }

    @Nullable
    Command poll() {
        return commands.poll();
    }
}
