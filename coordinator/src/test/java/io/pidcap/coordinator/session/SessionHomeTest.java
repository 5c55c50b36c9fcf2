package io.pidcap.coordinator.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.platform.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDateTime;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionHomeTest {
    private static final LocalDateTime WHEN = LocalDateTime.of(2026, 11, 21, 9, 30, 12);

    @TempDir
    Path temp;

    @Test
    void shouldBeWhereTheEnvironmentSays() {
        Path user = Path.of("/home/me");
        assertThat(SessionHome.locate(Platform.UNIX, Map.of("PIDCAP_HOME", "/x"), true, user))
                .isEqualTo(Path.of("/x"));
        assertThat(SessionHome.locate(Platform.UNIX, Map.of(), true, user)).isEqualTo(Path.of("/var/lib/pidcap"));
        assertThat(SessionHome.locate(Platform.UNIX, Map.of("XDG_STATE_HOME", "/s"), false, user))
                .isEqualTo(Path.of("/s/pidcap"));
        assertThat(SessionHome.locate(Platform.UNIX, Map.of("XDG_STATE_HOME", "relative"), false, user))
                .isEqualTo(Path.of("/home/me/.local/state/pidcap"));
    }

    @Test
    void shouldBeInTheUsersLocalFolderOnWindows() {
        Path user = Path.of("/Users/me");
        assertThat(SessionHome.locate(Platform.WINDOWS, Map.of("LOCALAPPDATA", "/L"), true, user))
                .isEqualTo(Path.of("/L/pidcap"));
        assertThat(SessionHome.locate(Platform.WINDOWS, Map.of(), false, user))
                .isEqualTo(Path.of("/Users/me/AppData/Local/pidcap"));
        assertThat(SessionHome.locate(Platform.WINDOWS, Map.of("PIDCAP_HOME", "/x"), false, user))
                .isEqualTo(Path.of("/x"));
    }

    @Test
    void shouldMakeDirectoriesThatAreOursAlone() throws IOException {
        SessionHome home = SessionHome.open(temp.resolve("a/b"));
        SessionDirectory first = home.create(WHEN, "curl");
        SessionDirectory second = home.create(WHEN, "curl");

        assertThat(first.id()).isEqualTo("20261121-093012-curl");
        assertThat(second.id()).isEqualTo("20261121-093012-curl-2");
        for (Path path : new Path[] {home.base(), first.path(), first.spool(), first.logs()}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .as("%s", path)
                    .isEqualTo("rwx------");
        }
        assertThat(home.list()).containsExactly(first, second);
        assertThat(home.find(first.id())).isEqualTo(first);
    }

    @Test
    void shouldRefuseASymbolicLink() throws IOException {
        Path real = Files.createDirectory(temp.resolve("real"));
        Path link = Files.createSymbolicLink(temp.resolve("link"), real);

        assertThatThrownBy(() -> SessionHome.open(link)).hasMessageContaining("not safe: it is a symbolic link");
    }

    @Test
    void shouldRefuseADirectoryThatOthersMayWriteTo() throws IOException {
        Path base = Files.createDirectory(temp.resolve("open"));
        for (String mode : new String[] {"rwx-w----", "rwx----w-", "rwxrwxrwx"}) {
            Files.setPosixFilePermissions(base, PosixFilePermissions.fromString(mode));

            assertThatThrownBy(() -> SessionHome.open(base)).hasMessageContaining("other users may write to it");
        }
    }

    @Test
    void shouldRefuseADirectoryOfSomebodyElse() throws IOException {
        boolean root = "root".equals(System.getProperty("user.name"));
        if (!root && System.getProperty("pidcap.require", "").contains("root")) {
            throw new AssertionError("this test needs root");
        }
        assumeTrue(root, "only root can give a directory away");
        Path base = Files.createDirectory(temp.resolve("theirs"));
        Files.setAttribute(base, "unix:uid", 65534);

        assertThatThrownBy(() -> SessionHome.open(base)).hasMessageContaining("it belongs to ");
    }

    @Test
    void shouldRefuseAPathThatIsTooLongForASocket() {
        SessionHome home = SessionHome.open(temp.resolve("x".repeat(90)));

        assertThatThrownBy(() -> home.create(WHEN, "curl"))
                .isInstanceOf(SessionException.class)
                .hasMessageContaining("too long for a socket");
        assertThat(home.list()).isEmpty();
    }

    @Test
    void shouldNotFindWhatIsNotThere() {
        SessionHome home = SessionHome.open(temp.resolve("h"));

        assertThatThrownBy(() -> home.find("nosuch")).hasMessage("there is no session nosuch");
        assertThatThrownBy(() -> home.find("../../etc")).hasMessage("there is no session ../../etc");
    }
}
