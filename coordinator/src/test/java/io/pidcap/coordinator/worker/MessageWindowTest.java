package io.pidcap.coordinator.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessageWindowTest {
    private final List<Boolean> reading = new ArrayList<>();

    private final MessageWindow window = new MessageWindow(new UnusedPipe() {
        @Override
        public void setReading(boolean on) {
            reading.add(on);
        }
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
