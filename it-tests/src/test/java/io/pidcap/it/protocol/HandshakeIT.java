package io.pidcap.it.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.WorkerUnderTest;
import io.pidcap.protocol.v1.RejectReason;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.wire.PipeServer;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a worker does when it is not let in. */
class HandshakeIT {
    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {"ROLE_CAPTURE_WORKER", "ROLE_EVENT_WORKER"})
    void shouldEndWithTheReasonWhenItsSecretIsRefused(Role role) throws Exception {
        Path socket = directory.resolve("w.sock");
        Path log = directory.resolve("worker.log");
        try (PipeServer server = PipeServer.listen(socket, (pipe, hello, peerUser) -> {
            throw new PipeServer.Refusal(RejectReason.REJECT_REASON_SECRET, "wrong secret for run 1");
        })) {
            Process process = WorkerUnderTest.spawn(role, socket, log);
            try (OutputStream input = process.getOutputStream()) {
                input.write(("00".repeat(32) + "\n").getBytes(StandardCharsets.US_ASCII));
            }
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isNotZero();
            assertThat(Files.readString(log)).contains("wrong secret for run 1").doesNotContain("\tat ");
            assertThat(server).isNotNull();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Role.class,
            names = {"ROLE_CAPTURE_WORKER", "ROLE_EVENT_WORKER"})
    void shouldEndWhenNobodyListens(Role role) throws Exception {
        Path log = directory.resolve("worker.log");
        Process process = WorkerUnderTest.spawn(role, directory.resolve("nobody.sock"), log);
        try (OutputStream input = process.getOutputStream()) {
            input.write(("00".repeat(32) + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isNotZero();
        assertThat(Files.readString(log)).contains("nobody.sock").doesNotContain("\tat ");
    }
}
