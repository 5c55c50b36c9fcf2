package io.pidcap.coordinator.worker;

import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.wire.Pipe;
import io.pidcap.protocol.wire.PipeListener;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Messages in: takes what a worker's pipe brings on the event loop and posts it to the owner's thread, in order. */
final class WorkerMessageHandler implements PipeListener {
    /** Called on the owner's thread. */
    interface Receiver {
        void received(Envelope envelope);

        void silent();

        void closed(@Nullable Throwable cause);
    }

    private final Executor owner;
    private final Receiver receiver;
    private final MessageWindow window;

    WorkerMessageHandler(Pipe pipe, Executor owner, Receiver receiver) {
        this.owner = owner;
        this.receiver = receiver;
        this.window = new MessageWindow(pipe);
    }

    @Override
    public void received(Pipe pipe, Envelope envelope) {
        window.entered();
        owner.execute(() -> {
            window.left();
            receiver.received(envelope);
        });
    }

    @Override
    public void silent(Pipe pipe) {
        if (!window.isPaused()) {
            owner.execute(receiver::silent);
        }
    }

    @Override
    public void closed(Pipe pipe, @Nullable Throwable cause) {
        owner.execute(() -> receiver.closed(cause));
    }
}
