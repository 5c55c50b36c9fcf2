package io.pidcap.coordinator.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.output.OutputFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryFlag;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.AclFileAttributeView;
import java.time.LocalDateTime;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A file system with Windows' paths and lists of rights, and without modes. It is no Windows. */
class WindowsFilesTest {
    private static final LocalDateTime WHEN = LocalDateTime.of(2026, 11, 21, 9, 30, 12);
    private static final String US = System.getProperty("user.name");

    private final FileSystem windows = Jimfs.newFileSystem(Configuration.windows().toBuilder()
            .setAttributeViews("basic", "owner", "acl")
            .build());
    private final Path base = windows.getPath("C:\\Users\\me\\AppData\\Local\\pidcap");

    @AfterEach
    void close() throws IOException {
        windows.close();
    }

    private static List<AclEntry> rights(Path path) throws IOException {
        return Files.getFileAttributeView(path, AclFileAttributeView.class).getAcl();
    }

    private static void assertOursAlone(Path directory) throws IOException {
        assertThat(rights(directory)).as("%s", directory).isNotEmpty().allSatisfy(entry -> {
            assertThat(entry.type()).isEqualTo(AclEntryType.ALLOW);
            assertThat(entry.principal().getName())
                    .isIn(Files.getOwner(directory).getName(), US);
            assertThat(entry.flags()).contains(AclEntryFlag.FILE_INHERIT, AclEntryFlag.DIRECTORY_INHERIT);
        });
        assertThat(rights(directory))
                .extracting(entry -> entry.principal().getName())
                .contains(US);
    }

    @Test
    void shouldGiveEachDirectoryOfASessionToItsUserAlone() throws IOException {
        SessionHome home = SessionHome.open(base);
        SessionDirectory session = home.create(WHEN, "curl");
        for (Path directory : List.of(home.base(), session.path(), session.spool(), session.logs())) {
            assertOursAlone(directory);
        }
        Json.replace(session.markFile(), "{}");
        assertThat(Files.readString(session.markFile())).isEqualTo("{}");
        session.reserve();
        session.delete();
        assertThat(session.path()).doesNotExist();
    }

    @Test
    void shouldTakeTheRightsOfOthersFromADirectoryThatIsThere() throws IOException {
        Files.createDirectories(base);
        AclEntry everybody = AclEntry.newBuilder()
                .setType(AclEntryType.ALLOW)
                .setPrincipal(windows.getUserPrincipalLookupService().lookupPrincipalByName("Everyone"))
                .setPermissions(AclEntryPermission.WRITE_DATA)
                .build();
        Files.getFileAttributeView(base, AclFileAttributeView.class).setAcl(List.of(everybody));
        SessionHome.open(base);
        assertOursAlone(base);
    }

    @Test
    void shouldRefuseALinkInThePlaceOfTheDirectory() throws IOException {
        Files.createDirectories(base.getParent());
        Files.createSymbolicLink(base, Files.createDirectories(windows.getPath("C:\\elsewhere")));
        assertThatThrownBy(() -> SessionHome.open(base))
                .isInstanceOf(SessionException.class)
                .hasMessageContaining("it is a symbolic link");
    }

    @Test
    void shouldWriteTheOutputWithoutModesAndGoOnWithWhatWasLeft() throws IOException {
        Path target = Files.createDirectories(windows.getPath("C:\\captures")).resolve("out.pcapng");
        OutputFile output = OutputFile.create(target, false, -1, -1);
        output.channel().write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        output.channel().close();
        OutputFile again = OutputFile.reopen(target, false, 0, 2);
        assertThat(again.commit()).isEqualTo(target);
        assertThat(Files.readAllBytes(target)).containsExactly(1, 2);
    }
}
