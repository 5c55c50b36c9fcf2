package io.pidcap.coordinator.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.coordinator.worker.StarterWire.Answer;
import io.pidcap.coordinator.worker.StarterWire.Request;
import io.pidcap.coordinator.worker.StarterWire.Start;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the one that stays root makes of what it is told; that it starts workers is shown by whole sessions. */
class WorkerStarterTest {
    @TempDir
    Path noWorkers;

    private final ByteArrayOutputStream asked = new ByteArrayOutputStream();
    private final ByteArrayOutputStream answered = new ByteArrayOutputStream();
    private DataOutputStream ask;

    @BeforeEach
    void open() {
        ask = new DataOutputStream(asked);
    }

    private void serve() throws IOException {
        new WorkerStarter(
                        noWorkers,
                        new WorkerPrivileges("", false, null),
                        new ByteArrayInputStream(asked.toByteArray()),
                        answered)
                .serve();
    }

    private void say(Request request, int child) throws IOException {
        ask.writeUTF(request.name());
        ask.writeInt(child);
    }

    @Test
    void shouldSayWhyAWorkerCannotBeStartedAndGoOn() throws Exception {
        for (int child = 1; child <= 2; child++) {
            say(Request.START, child);
            new Start(WorkerRole.CAPTURE, child, WorkerNeeds.QUESTIONS, "/nowhere/worker.sock").write(ask);
        }
        assertThatThrownBy(this::serve).isInstanceOf(EOFException.class);
        DataInputStream answers = new DataInputStream(new ByteArrayInputStream(answered.toByteArray()));
        for (int child = 1; child <= 2; child++) {
            assertThat(StarterWire.one(Answer.values(), answers)).isEqualTo(Answer.REFUSED);
            assertThat(answers.readInt()).isEqualTo(child);
            assertThat(answers.readUTF()).contains("capture-worker is not installed", noWorkers.toString());
        }
        assertThat(answers.read()).isNegative();
    }

    @Test
    void shouldIgnoreWordsForAWorkerThatIsNotThere() throws Exception {
        say(Request.KILL, 1);
        say(Request.INPUT, 1);
        ask.writeInt(3);
        ask.write(new byte[3]);
        assertThatThrownBy(this::serve).isInstanceOf(EOFException.class);
        assertThat(answered.size()).isZero();
    }

    @Test
    void shouldEndAtWhatItDoesNotUnderstand() throws Exception {
        ask.writeUTF("EXECUTE");
        ask.writeInt(1);
        assertThatThrownBy(this::serve).isInstanceOf(IOException.class).hasMessageContaining("EXECUTE");
    }

    @Test
    void shouldEndAtALengthThatNoSecretHas() throws Exception {
        say(Request.INPUT, 1);
        ask.writeInt(Integer.MAX_VALUE);
        assertThatThrownBy(this::serve).isInstanceOf(IOException.class).hasMessageContaining("at most");
    }
}
