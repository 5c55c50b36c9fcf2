package io.pidcap.coordinator.worker;

import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.wire.Pipe;

/** A pipe on which nothing is sent or read. */
class UnusedPipe implements Pipe {
    @Override
    public long send(Envelope.Builder body) {
        throw new AssertionError("nothing is sent here");
    }

    @Override
    public long reply(long inReplyTo, Envelope.Builder body) {
        throw new AssertionError("nothing is sent here");
    }

    @Override
    public boolean awaitWritable(long timeoutMillis) {
        throw new AssertionError("nothing is sent here");
    }

    @Override
    public boolean hasRoom() {
        throw new AssertionError("nothing is sent here");
    }

    @Override
    public void setReading(boolean reading) {
        throw new AssertionError("nothing is read here");
    }

    @Override
    public void close() {}
}
