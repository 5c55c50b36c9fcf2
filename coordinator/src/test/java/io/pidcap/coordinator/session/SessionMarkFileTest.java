package io.pidcap.coordinator.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.coordinator.failure.SessionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionMarkFileTest {
    private static final LocalDateTime WHEN = LocalDateTime.of(2026, 11, 21, 9, 30, 12);

    @TempDir
    Path temp;

    private SessionHome home;
    private SessionDirectory directory;
    private SessionMarkFile mark;

    @BeforeEach
    void makeSession() {
        home = SessionHome.open(temp.resolve("home"));
        directory = home.create(WHEN, "curl");
        mark = SessionMarkFile.ofThisProcess(directory.id(), Instant.now(), Configs.curl(Path.of("/tmp/a.pcapng")));
    }

    @Test
    void shouldBeAliveWhileItsProcessIs() throws IOException {
        mark.write(directory.markFile());

        SessionMarkFile read = SessionMarkFile.read(directory).orElseThrow();
        assertThat(read).isEqualTo(mark);
        assertThat(read.isAlive()).isTrue();
        assertThat(read.isStale()).isFalse();
        assertThat(new Sessions(home).choose(null).id()).isEqualTo(directory.id());
    }

    @Test
    void shouldBeStaleWhenItsProcessIsGone() throws Exception {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        SessionMarkFile dead = new SessionMarkFile(
                1, mark.id(), "capturing", gone.pid(), mark.pidStarted(), mark.created(), "curl", "/tmp/a");

        assertThat(dead.isAlive()).isFalse();
        assertThat(dead.isStale()).isTrue();
    }

    @Test
    void shouldNotTakeALaterProcessWithTheSamePidForIt() {
        SessionMarkFile earlier = new SessionMarkFile(
                1, mark.id(), "capturing", mark.pid(), mark.pidStarted() - 60_000, mark.created(), "curl", "/tmp/a");

        assertThat(earlier.isStale()).isTrue();
    }

    @Test
    void shouldBeOverInTheLastStates() {
        assertThat(mark.in(SessionState.FINISHED).isOver()).isTrue();
        assertThat(mark.in(SessionState.FAILED).isStale()).isFalse();
    }

    @Test
    void shouldRefuseANewerFormat() throws IOException {
        Files.writeString(directory.markFile(), Json.write(mark).replaceFirst("\"format\" : 1", "\"format\" : 2"));

        assertThatThrownBy(() -> SessionMarkFile.read(directory)).hasMessageContaining("made by a newer pidcap");
    }

    @Test
    void shouldSayThatAHalfWrittenFileCannotBeRead() throws IOException {
        String whole = Json.write(mark);
        for (int length = 0; length < whole.length(); length += 7) {
            Files.writeString(directory.markFile(), whole.substring(0, length));

            assertThatThrownBy(() -> SessionMarkFile.read(directory)).isInstanceOf(SessionException.class);
        }
        assertThat(new Sessions(home).all()).isEmpty();
    }

    @Test
    void shouldKeepOnlyTheNewestOfThoseThatAreOver() throws IOException {
        for (int i = 0; i < Sessions.KEPT + 3; i++) {
            SessionDirectory old = home.create(WHEN.plusMinutes(i + 1), "old");
            new SessionMarkFile(1, old.id(), "finished", 1, 0, i, "old", "/tmp/o").write(old.markFile());
        }
        mark.write(directory.markFile());

        Sessions sessions = new Sessions(home);
        sessions.tidy();

        assertThat(sessions.all()).hasSize(Sessions.KEPT + 1);
        assertThat(sessions.alive()).hasSize(1);
    }

    /** Whose maker lives, or may, or that holds anything, stays. */
    @Test
    void shouldRemoveOnlyWhatNeverBegan() throws IOException {
        SessionDirectory left = old(home.create(WHEN.plusMinutes(1), "left"));
        SessionDirectory beingMade = home.create(WHEN.plusMinutes(2), "being-made");
        SessionDirectory withPackets = home.create(WHEN.plusMinutes(3), "with-packets");
        Files.createFile(withPackets.spool().resolve("1-0.pcap"));
        SessionDirectory withJournal = home.create(WHEN.plusMinutes(4), "with-journal");
        Files.createFile(withJournal.journal());
        mark.write(directory.markFile());
        List.of(directory, withPackets, withJournal).forEach(SessionMarkFileTest::old);

        assertThat(new Sessions(home).removeNeverBegun()).containsExactly(left.id());

        assertThat(home.list())
                .extracting(SessionDirectory::id)
                .containsExactlyInAnyOrder(directory.id(), beingMade.id(), withPackets.id(), withJournal.id());
    }

    private static SessionDirectory old(SessionDirectory directory) {
        Instant longAgo = Instant.now().minus(SessionDirectory.MOST_BEGINNING).minusSeconds(1);
        try {
            Files.setLastModifiedTime(directory.path(), FileTime.from(longAgo));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return directory;
    }
}
