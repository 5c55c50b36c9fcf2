package io.pidcap.event;

import io.pidcap.coordinator.worker.PuppetWorker;

/** What the launcher starts as the event-worker: in these tests a puppet. */
final class EventWorkerMain {
    private EventWorkerMain() {}

    public static void main(String[] arguments) throws Exception {
        PuppetWorker.main(arguments);
    }
}
