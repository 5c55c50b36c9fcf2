package io.pidcap.event;

/** Something that the owner of the worker shall do, posted by another thread. */
@FunctionalInterface
interface Command {
    void carryOut(EventWorker worker);
}
