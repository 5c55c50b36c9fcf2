package io.pidcap.coordinator.worker;

/**
 * How long a worker may take before it is taken to hang, in milliseconds.
 *
 * @param helloMillis from its spawning to its Hello
 * @param readyMillis from its Hello to its ready message
 * @param stopMillis from Stop to its end
 * @param exitMillis from its pipe's end to its process's end
 */
public record WorkerDeadlines(long helloMillis, long readyMillis, long stopMillis, long exitMillis) {
    public static final WorkerDeadlines DEFAULT = new WorkerDeadlines(20_000, 20_000, 10_000, 3_000);
}
