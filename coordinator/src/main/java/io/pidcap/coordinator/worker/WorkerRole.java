package io.pidcap.coordinator.worker;

import io.pidcap.protocol.v1.Role;

/** Which of the two programs a worker is. */
public enum WorkerRole {
    CAPTURE("capture", "pidcap-capture-worker.jar", Role.ROLE_CAPTURE_WORKER),
    EVENTS("events", "pidcap-event-worker.jar", Role.ROLE_EVENT_WORKER);

    private final String word;
    private final String jar;
    private final Role role;

    WorkerRole(String word, String jar, Role role) {
        this.word = word;
        this.jar = jar;
        this.role = role;
    }

    /** As in {@code pidcap restart ID capture}, in file names and in messages. */
    public String word() {
        return word;
    }

    String jar() {
        return jar;
    }

    public Role wire() {
        return role;
    }

    /** What people call it in a sentence. */
    public String program() {
        return this == CAPTURE ? "capture-worker" : "event-worker";
    }
}
