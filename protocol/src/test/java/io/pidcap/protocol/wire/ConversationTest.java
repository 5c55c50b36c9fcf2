package io.pidcap.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.FailureCode;
import io.pidcap.protocol.v1.Heartbeat;
import java.io.IOException;
import org.junit.jupiter.api.Test;

final class ConversationTest {
    @Test
    void shouldUnderstandFramesThatAreSplitAnywhere() throws Exception {
        byte[] bytes = EmbeddedPipe.messages(2, 3);
        for (int split = 0; split <= bytes.length; split++) {
            EmbeddedPipe pipe = EmbeddedPipe.admitted();
            pipe.receive(bytes, 0, split);
            pipe.receive(bytes, split, bytes.length);
            assertThat(pipe.listener.waiting()).as("split at %d", split).isEqualTo(3);
        }
    }

    @Test
    void shouldUnderstandFramesThatComeByteByByte() throws Exception {
        byte[] bytes = EmbeddedPipe.messages(2, 3);
        EmbeddedPipe pipe = EmbeddedPipe.admitted();
        for (int i = 0; i < bytes.length; i++) {
            pipe.receive(bytes, i, i + 1);
        }
        assertThat(pipe.listener.waiting()).isEqualTo(3);
    }

    @Test
    void shouldTellATornFrameFromACleanEndAtEveryLength() throws Exception {
        byte[] one = EmbeddedPipe.messages(2, 1);
        byte[] two = EmbeddedPipe.messages(2, 2);
        for (int length = 0; length <= two.length; length++) {
            EmbeddedPipe pipe = EmbeddedPipe.admitted();
            pipe.receive(two, 0, length);
            pipe.end();
            boolean border = length == 0 || length == one.length || length == two.length;
            assertThat(pipe.listener.closeCause().isEmpty())
                    .as("length %d", length)
                    .isEqualTo(border);
            if (!border) {
                assertThat(pipe.listener.closeCause().orElseThrow())
                        .isInstanceOf(ProtocolException.class)
                        .hasMessageContaining("ended inside a frame");
            }
        }
    }

    @Test
    void shouldCloseAtTheLengthOfAnOversizedFrame() throws Exception {
        EmbeddedPipe pipe = EmbeddedPipe.admitted();
        int length = PipeLimits.MAX_FRAME_BYTES + 1;
        pipe.receive(new byte[] {(byte) (length | 0x80), (byte) (length >> 7 | 0x80), (byte) (length >> 14)});
        assertThat(pipe.listener.closeCause().orElseThrow())
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("over the limit: Frame length exceeds 1048576");
    }

    @Test
    void shouldCloseAtANegativeLength() throws Exception {
        EmbeddedPipe pipe = EmbeddedPipe.admitted();
        pipe.receive(new byte[] {-1, -1, -1, -1, 0x0f});
        assertThat(pipe.listener.closeCause().orElseThrow()).hasMessageContaining("length is garbage");
    }

    @Test
    void shouldCloseAtGarbageAndDeliverNothingBehindIt() throws Exception {
        EmbeddedPipe pipe = EmbeddedPipe.admitted();
        byte[] good = EmbeddedPipe.messages(2, 1);
        byte[] bytes = new byte[2 * good.length + 4];
        System.arraycopy(good, 0, bytes, 0, good.length);
        System.arraycopy(new byte[] {3, -1, -1, -1}, 0, bytes, good.length, 4);
        System.arraycopy(EmbeddedPipe.messages(3, 1), 0, bytes, good.length + 4, good.length);
        pipe.receive(bytes);
        assertThat(pipe.listener.waiting()).isEqualTo(1);
        assertThat(pipe.listener.closeCause().orElseThrow())
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("does not hold a message");
    }

    @Test
    void shouldCloseAtAGapARepetitionAndAnEmptyFrame() throws Exception {
        for (byte[] bytes : new byte[][] {
            EmbeddedPipe.messages(3, 1), EmbeddedPipe.messages(1, 1), EmbeddedPipe.messages(-1, 1), {0}
        }) {
            EmbeddedPipe pipe = EmbeddedPipe.admitted();
            pipe.receive(bytes);
            assertThat(pipe.listener.waiting()).isZero();
            assertThat(pipe.listener.closeCause().orElseThrow())
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("message 2 was due");
        }
    }

    @Test
    void shouldAnswerAnUnknownBodyWithFailureAndGoOn() throws Exception {
        EmbeddedPipe pipe = EmbeddedPipe.admitted();
        Envelope fromTheFuture = Envelope.newBuilder()
                .setSequence(2)
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                900,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.EMPTY)
                                        .build())
                        .build())
                .build();
        pipe.receive(PipeFixture.framed(fromTheFuture));
        pipe.receive(EmbeddedPipe.messages(3, 1));
        Envelope answer = pipe.sent();
        assertThat(answer.getInReplyTo()).isEqualTo(2);
        assertThat(answer.getFailure().getCode()).isEqualTo(FailureCode.FAILURE_CODE_PROTOCOL);
        assertThat(pipe.listener.waiting()).isEqualTo(1);
    }

    @Test
    void shouldAnswerASecondHelloWithFailure() throws Exception {
        EmbeddedPipe pipe = EmbeddedPipe.admitted();
        pipe.receive(PipeFixture.framed(
                Envelope.newBuilder().setSequence(2).setHello(PipeFixture.HELLO).build()));
        Envelope answer = pipe.sent();
        assertThat(answer.getFailure().getMessage()).contains("HELLO after the handshake");
        assertThat(pipe.listener.waiting()).isZero();
    }

    @Test
    void shouldSayThatItLivesWhenItHasNothingElseToSay() throws Exception {
        EmbeddedPipe pipe = EmbeddedPipe.admitted();
        pipe.pass(PipeLimits.HEARTBEAT_MILLIS - 1);
        pipe.connection.send(PipeFixture.STATUS.clone());
        pipe.channel.runPendingTasks();
        Envelope own = pipe.sent();
        assertThat(own.hasGetStatus()).isTrue();
        pipe.pass(PipeLimits.HEARTBEAT_MILLIS - 1);
        assertThat(pipe.nothingSent()).isTrue();
        pipe.pass(1);
        Envelope heartbeat = pipe.sent();
        assertThat(heartbeat.hasHeartbeat()).isTrue();
    }

    @Test
    void shouldTellOfAPeerThatSaysNothingAtAll() throws Exception {
        EmbeddedPipe pipe = EmbeddedPipe.admitted();
        pipe.pass(PipeLimits.SILENCE_MILLIS - 1);
        heartbeat(pipe, 2);
        pipe.pass(PipeLimits.SILENCE_MILLIS - 1);
        assertThat(pipe.listener.wasSilent()).isFalse();
        pipe.pass(1);
        assertThat(pipe.listener.wasSilent()).isTrue();
        assertThat(pipe.channel.isOpen()).isTrue();
        assertThat(pipe.listener.waiting()).isZero();
    }

    @Test
    void shouldNotTakeForSilenceThatItDidNotListen() throws Exception {
        EmbeddedPipe pipe = EmbeddedPipe.admitted();
        pipe.connection.setReading(false);
        pipe.pass(3 * PipeLimits.SILENCE_MILLIS);
        pipe.pass(PipeLimits.SILENCE_MILLIS - 1);
        pipe.connection.setReading(true);
        pipe.pass(PipeLimits.SILENCE_MILLIS - 1);
        assertThat(pipe.listener.wasSilent()).isFalse();
        pipe.pass(1);
        assertThat(pipe.listener.wasSilent()).isTrue();
    }

    private static void heartbeat(EmbeddedPipe pipe, long sequence) throws IOException {
        pipe.receive(PipeFixture.framed(Envelope.newBuilder()
                .setSequence(sequence)
                .setHeartbeat(Heartbeat.getDefaultInstance())
                .build()));
    }
}
