package io.pidcap.coordinator.worker;

import io.pidcap.protocol.v1.Role;

/** Which of the two programs a worker is. */
public enum WorkerRole {
    CAPTURE("capture", "pidcap-capture-worker.jar", "io.pidcap.capture.CaptureWorkerMain", Role.ROLE_CAPTURE_WORKER),
    EVENTS("events", "pidcap-event-worker.jar", "io.pidcap.event.EventWorkerMain", Role.ROLE_EVENT_WORKER);

    private final String word;
    private final String jar;
    private final String mainClass;
    private final Role role;

    WorkerRole(String word, String jar, String mainClass, Role role) {
        this.word = word;
        this.jar = jar;
        this.mainClass = mainClass;
        this.role = role;
    }

    /** As in {@code pidcap restart ID capture}, in file names and in messages. */
    public String word() {
        return word;
    }

    String jar() {
        return jar;
    }

    String mainClass() {
        return mainClass;
    }

    public Role wire() {
        return role;
    }

    /** What people call it in a sentence. */
    public String program() {
        return this == CAPTURE ? "capture-worker" : "event-worker";
    }
}
