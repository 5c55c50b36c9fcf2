package io.pidcap.capture;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** From all threads to the worker's. Posting never waits. */
final class CommandQueue {
    /** More questions than this at once are not the coordinator's. */
    private static final int MAX_WAITING = 256;

    private final BlockingQueue<WorkerCommand> commands = new LinkedBlockingQueue<>();

    /** For what a peer may send any number of times; false: too many are waiting. */
    boolean offer(WorkerCommand command) {
        return commands.size() < MAX_WAITING && commands.offer(command);
    }

    /** For what happens a bounded number of times and must get through. */
    void post(WorkerCommand command) {
        commands.add(command);
    }

    WorkerCommand take() throws InterruptedException {
        return commands.take();
    }
}
