package io.pidcap.capture;

/** Something for the worker's own thread to do. */
@FunctionalInterface
interface WorkerCommand {
    void applyTo(CaptureWorker worker);
}
