package io.pidcap.coordinator.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pidcap.coordinator.failure.SessionException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Whatever a session's directory holds as its documents: a session is told of, or the file is refused by name. */
final class SessionDocumentFuzz {
    private static final Path FILE = Path.of("session.json");

    @FuzzTest(maxDuration = "10s")
    void shouldTellOrRefuse(byte[] bytes) {
        String json = new String(bytes, StandardCharsets.UTF_8);
        try {
            SessionMarkFile mark = Json.read(json, SessionMarkFile.class, FILE.toString());
            mark.requireWhole(FILE);
            if (!mark.isOver()) {
                assertThat(mark.isStale()).isNotEqualTo(mark.isAlive());
            }
        } catch (SessionException e) {
            assertThat(e).hasMessageStartingWith("read " + FILE + ": ");
        }
        try {
            assertThat(Json.writeLine(Json.read(json, SessionReport.class, FILE.toString())))
                    .isNotEmpty();
        } catch (SessionException e) {
            assertThat(e).hasMessageStartingWith("read " + FILE + ": ");
        }
    }
}
