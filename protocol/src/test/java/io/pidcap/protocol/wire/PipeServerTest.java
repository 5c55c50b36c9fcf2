package io.pidcap.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.RejectReason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class PipeServerTest {
    @TempDir
    Path directory;

    @Test
    void shouldLetOnlyTheOwnerConnect() throws Exception {
        try (PipeFixture fixture = new PipeFixture(directory)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(fixture.socket)))
                    .isEqualTo("rw-------");
            fixture.assertLives();
        }
    }

    @Test
    void shouldTellWhoseProcessConnects() throws Exception {
        try (PipeFixture fixture = new PipeFixture(directory);
                PipeClient client = fixture.connect(new RecordingListener())) {
            assertThat(fixture.nextAdmitted().user()).isEqualTo(Files.getOwner(fixture.socket));
            assertThat(client.pipe().awaitWritable(1)).isTrue();
        }
    }

    @Test
    void shouldRefuseAPathThatExists() throws Exception {
        Path file = Files.createFile(directory.resolve("test.sock"));
        assertThatThrownBy(() -> new PipeFixture(directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("exists already");
        assertThat(Files.exists(file)).isTrue();
    }

    @Test
    void shouldRefuseAPathThatIsTooLong() throws Exception {
        int missing = 106 - directory.toString().length() - 1 - "/test.sock".length();
        Path longest = Files.createDirectory(directory.resolve("d".repeat(missing)));
        try (PipeFixture fixture = new PipeFixture(longest)) {
            assertThat(fixture.socket.toString()).hasSize(106);
            fixture.assertLives();
        }
        Path tooLong = Files.createDirectory(directory.resolve("d".repeat(missing - 1) + "ä"));
        assertThatThrownBy(() -> new PipeFixture(tooLong))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the path has 107 bytes");
    }

    @Test
    void shouldNameTheSocketWhenItCannotBeMade() {
        assertThatThrownBy(() -> new PipeFixture(directory.resolve("absent")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("absent/test.sock");
    }

    @Test
    void shouldLiveOnAfterEveryKindOfBadClient() throws Exception {
        WorkerSecret secret = WorkerSecret.generate();
        try (PipeFixture fixture = new PipeFixture(directory, (pipe, hello, user) -> {
            if (!secret.matches(hello.getSecret())) {
                throw new PipeServer.Refusal(RejectReason.REJECT_REASON_SECRET, "the secret is wrong");
            }
            return new RecordingListener();
        })) {
            Random random = new Random(42);
            for (int i = 0; i < 50; i++) {
                byte[] garbage = new byte[1 + random.nextInt(5000)];
                random.nextBytes(garbage);
                try (SocketChannel raw = fixture.raw()) {
                    writeUntilRefused(raw, garbage);
                }
                try (SocketChannel raw = fixture.raw()) {
                    writeUntilRefused(raw, new byte[] {-1, -1, -1, 0x7f});
                    assertThat(PipeFixture.read(raw).getReject().getMessage()).contains("over the limit");
                    assertThat(raw.read(ByteBuffer.allocate(1))).isEqualTo(-1);
                }
                try (SocketChannel raw = fixture.raw()) {
                    writeUntilRefused(
                            raw,
                            PipeFixture.framed(Envelope.newBuilder()
                                    .setSequence(1)
                                    .setHello(PipeFixture.HELLO)
                                    .build()));
                    assertThat(PipeFixture.read(raw).getReject().getReason())
                            .isEqualTo(RejectReason.REJECT_REASON_SECRET);
                }
            }
            PipeClient client = PipeClient.connect(
                    fixture.socket,
                    PipeFixture.HELLO.toBuilder().setSecret(secret.toBytes()).build(),
                    new RecordingListener(),
                    20_000);
            client.close();
        }
    }

    private static void writeUntilRefused(SocketChannel raw, byte[] bytes) {
        try {
            PipeFixture.write(raw, bytes);
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("Broken pipe");
        }
    }

    @Test
    void shouldLiveOnAfterThousandsOfConnects() throws Exception {
        try (PipeFixture fixture = new PipeFixture(directory)) {
            for (int i = 0; i < 5000; i++) {
                fixture.raw().close();
            }
            List<SocketChannel> silent = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                silent.add(fixture.raw());
            }
            fixture.assertLives();
            for (SocketChannel raw : silent) {
                raw.close();
            }
            fixture.assertLives();
        }
    }

    @Test
    void shouldGoOnWithOthersWhenOnePeerBreaksTheRules() throws Exception {
        try (PipeFixture fixture = new PipeFixture(directory);
                SocketChannel raw = fixture.rawAdmitted()) {
            PipeFixture.Admitted bad = fixture.nextAdmitted();
            PipeFixture.write(raw, EmbeddedPipe.messages(9, 1));
            assertThat(bad.listener().closeCause().orElseThrow()).hasMessageContaining("message 2 was due");
            assertThatThrownBy(() -> PipeFixture.read(raw)).isInstanceOf(IOException.class);
            fixture.assertLives();
        }
    }

    @Test
    void shouldTellOfAFrameThatIsTornByTheSocket() throws Exception {
        try (PipeFixture fixture = new PipeFixture(directory)) {
            SocketChannel raw = fixture.rawAdmitted();
            byte[] bytes = EmbeddedPipe.messages(2, 2);
            PipeFixture.write(raw, Arrays.copyOf(bytes, bytes.length - 1));
            raw.close();
            PipeFixture.Admitted peer = fixture.nextAdmitted();
            assertThat(peer.listener().next().getSequence()).isEqualTo(2);
            assertThat(peer.listener().closeCause().orElseThrow()).hasMessageContaining("ended inside a frame");
        }
    }
}
