package io.pidcap.coordinator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.wire.Pipe;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageWindowTest {
    private final List<Boolean> reading = new ArrayList<>();

    private final MessageWindow window = new MessageWindow(new Pipe() {
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
        public void setReading(boolean on) {
            reading.add(on);
        }

        @Override
        public void close() {}
    });

    @Test
    void shouldStopReadingAtTheUpperMarkAndResumeAtTheLower() {
        for (int i = 0; i < MessageWindow.UPPER - 1; i++) {
            window.entered();
        }
        assertThat(reading).isEmpty();
        window.entered();
        window.entered();
        assertThat(reading).containsExactly(false);
        assertThat(window.isPaused()).isTrue();

        for (int i = 0; i < MessageWindow.UPPER - MessageWindow.LOWER; i++) {
            window.left();
        }
        assertThat(reading).containsExactly(false);
        window.left();
        assertThat(reading).containsExactly(false, true);
        assertThat(window.isPaused()).isFalse();
    }
}
