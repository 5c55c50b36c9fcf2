package io.pidcap.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.Hello;
import io.pidcap.protocol.v1.Reject;
import io.pidcap.protocol.v1.RejectReason;
import io.pidcap.protocol.v1.Role;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ServerHandshakeTest {
    private final RecordingListener listener = new RecordingListener();
    private final EmbeddedPipe pipe = new EmbeddedPipe((end, hello, user) -> {
        end.send(PipeFixture.STATUS.clone());
        return listener;
    });

    private static Envelope.Builder hello(Hello hello) {
        return Envelope.newBuilder().setSequence(1).setHello(hello);
    }

    private Reject rejected() throws IOException {
        Envelope answer = pipe.sent();
        assertThat(answer.hasReject()).as("%s", answer).isTrue();
        assertThat(answer.getSequence()).isEqualTo(1);
        assertThat(pipe.nothingSent()).isTrue();
        assertThat(pipe.channel.isOpen()).isFalse();
        assertThat(listener.isClosed()).isFalse();
        return answer.getReject();
    }

    @Test
    void shouldWelcomeFirstAndSendWhatWaitedBehindIt() throws IOException {
        pipe.receive(PipeFixture.framed(hello(PipeFixture.HELLO).build()));
        Envelope welcome = pipe.sent();
        assertThat(welcome.getWelcome().getWireMajor()).isEqualTo(PipeLimits.WIRE_MAJOR);
        assertThat(welcome.getSequence()).isEqualTo(1);
        assertThat(welcome.getInReplyTo()).isEqualTo(1);
        Envelope second = pipe.sent();
        assertThat(second.getSequence()).isEqualTo(2);
    }

    @Test
    void shouldRejectAnotherMajorVersionNamingBoth() throws IOException {
        pipe.receive(PipeFixture.framed(hello(PipeFixture.HELLO.toBuilder()
                        .setWireMajor(7)
                        .setWireMinor(3)
                        .build())
                .build()));
        Reject reject = rejected();
        assertThat(reject.getReason()).isEqualTo(RejectReason.REJECT_REASON_VERSION);
        assertThat(reject.getMessage()).contains("1.0").contains("7.3");
    }

    @Test
    void shouldAcceptAnotherMinorVersion() throws IOException {
        pipe.receive(PipeFixture.framed(
                hello(PipeFixture.HELLO.toBuilder().setWireMinor(9).build()).build()));
        Envelope welcome = pipe.sent();
        assertThat(welcome.hasWelcome()).isTrue();
    }

    @Test
    void shouldRejectAnUnknownRole() throws IOException {
        pipe.receive(PipeFixture.framed(hello(PipeFixture.HELLO.toBuilder()
                        .setRole(Role.ROLE_UNSPECIFIED)
                        .build())
                .build()));
        assertThat(rejected().getMessage()).contains("role");
    }

    @Test
    void shouldRejectWhenSomethingElseComesFirst() throws IOException {
        pipe.receive(EmbeddedPipe.messages(1, 3));
        Reject reject = rejected();
        assertThat(reject.getReason()).isEqualTo(RejectReason.REJECT_REASON_PROTOCOL);
        assertThat(reject.getMessage()).contains("GET_STATUS");
    }

    @Test
    void shouldRejectAHelloThatIsNotTheFirstMessage() throws IOException {
        pipe.receive(PipeFixture.framed(hello(PipeFixture.HELLO).setSequence(2).build()));
        assertThat(rejected().getMessage()).contains("message 2").contains("message 1 was due");
    }

    @Test
    void shouldRejectGarbage() throws IOException {
        pipe.receive("\u000bGET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(rejected().getReason()).isEqualTo(RejectReason.REJECT_REASON_PROTOCOL);
    }

    @Test
    void shouldRejectAnOversizedFirstFrame() throws IOException {
        pipe.receive(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f});
        assertThat(rejected().getMessage()).contains("over the limit");
    }

    @Test
    void shouldGiveTheReasonOfTheAdmission() throws IOException {
        EmbeddedPipe refusing = new EmbeddedPipe((end, hello, user) -> {
            end.send(PipeFixture.STATUS.clone());
            throw new PipeServer.Refusal(RejectReason.REJECT_REASON_SECRET, "run 3 was not spawned");
        });
        refusing.receive(PipeFixture.framed(hello(PipeFixture.HELLO).build()));
        Envelope answer = refusing.sent();
        assertThat(answer.getReject().getReason()).isEqualTo(RejectReason.REJECT_REASON_SECRET);
        assertThat(answer.getReject().getMessage()).isEqualTo("run 3 was not spawned");
        assertThat(refusing.nothingSent()).isTrue();
        assertThat(refusing.channel.isOpen()).isFalse();
    }

    @Test
    void shouldCloseWhenTheAdmissionIsBroken() throws IOException {
        EmbeddedPipe broken = new EmbeddedPipe((end, hello, user) -> {
            throw new IllegalStateException("a fault of our own");
        });
        broken.receive(PipeFixture.framed(hello(PipeFixture.HELLO).build()));
        assertThat(broken.channel.isOpen()).isFalse();
    }

    @Test
    void shouldCloseAClientThatSaysNothing() throws IOException {
        byte[] hello = PipeFixture.framed(hello(PipeFixture.HELLO).build());
        pipe.receive(hello, 0, hello.length - 1);
        pipe.pass(PipeLimits.HELLO_TIMEOUT_MILLIS - 1);
        assertThat(pipe.channel.isOpen()).isTrue();
        pipe.pass(1);
        assertThat(pipe.channel.isOpen()).isFalse();
    }

    @Test
    void shouldNotCloseAnAdmittedClientAfterTheTimeForHello() throws IOException {
        pipe.receive(PipeFixture.framed(hello(PipeFixture.HELLO).build()));
        pipe.pass(PipeLimits.HELLO_TIMEOUT_MILLIS);
        assertThat(pipe.channel.isOpen()).isTrue();
    }
}
