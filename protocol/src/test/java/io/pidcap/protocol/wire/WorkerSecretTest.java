package io.pidcap.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.pidcap.protocol.v1.Hello;
import io.pidcap.protocol.v1.Role;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WorkerSecretTest {
    @Test
    void shouldReadTheSecretFromALineAndNoFurther() throws Exception {
        WorkerSecret secret = WorkerSecret.generate();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        secret.writeLine(line);
        line.write('x');
        ByteArrayInputStream in = new ByteArrayInputStream(line.toByteArray());
        WorkerSecret read = WorkerSecret.readLine(in);
        assertThat(in.read()).isEqualTo('x');
        assertThat(secret.matches(read.toBytes())).isTrue();
        assertThat(secret.matches(WorkerSecret.generate().toBytes())).isFalse();
        assertThat(secret.matches(ByteString.EMPTY)).isFalse();
        assertThat(secret.toString()).isEqualTo("WorkerSecret(not shown)");
        assertThatThrownBy(() -> WorkerSecret.readLine(in)).isInstanceOf(EOFException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0123", "zz", "00112233445566778899aabbccddeeff00112233445566778899aabbccddee0g"})
    void shouldNotShowWhatIsNotASecret(String line) {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.US_ASCII);
        assertThatThrownBy(() -> WorkerSecret.readLine(new ByteArrayInputStream(bytes)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not a secret of 64 hexadecimal digits")
                .satisfies(e -> assertThat(line.isEmpty()
                                || !String.valueOf(e.getMessage()).contains(line))
                        .isTrue());
    }

    @Test
    void shouldNotReadAnEndlessLine() {
        ByteArrayInputStream in = new ByteArrayInputStream(new byte[1 << 20]);
        assertThatThrownBy(() -> WorkerSecret.readLine(in)).isInstanceOf(IOException.class);
        assertThat(in.available()).isGreaterThan((1 << 20) - 100);
    }

    @Test
    void shouldIntroduceAWorker() {
        WorkerSecret secret = WorkerSecret.generate();
        Hello hello = WorkerHello.of(Role.ROLE_EVENT_WORKER, 7, secret);
        assertThat(hello.getRun()).isEqualTo(7);
        assertThat(hello.getRole()).isEqualTo(Role.ROLE_EVENT_WORKER);
        assertThat(secret.matches(hello.getSecret())).isTrue();
        assertThat(hello.getPid()).isEqualTo((int) ProcessHandle.current().pid());
        assertThat(hello.getBuild()).isNotEmpty();
    }
}
