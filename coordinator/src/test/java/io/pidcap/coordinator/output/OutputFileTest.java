package io.pidcap.coordinator.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.coordinator.failure.SessionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
    @TempDir
    Path temp;

    private Path target;

    @BeforeEach
    void chooseTarget() {
        target = temp.resolve("a.pcapng");
    }

    @Test
    void shouldAppearUnderItsNameOnlyWhenComplete() throws IOException {
        OutputFile output = OutputFile.create(target, false, -1, -1);
        output.channel().write(ByteBuffer.wrap(new byte[] {1, 2, 3}));

        assertThat(target).doesNotExist();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(output.part())))
                .isEqualTo("rw-------");

        assertThat(output.commit()).isEqualTo(target);
        assertThat(target).hasBinaryContent(new byte[] {1, 2, 3});
        assertThat(output.part()).doesNotExist();
    }

    @Test
    void shouldGoOnWithWhatADeadProcessLeft() throws IOException {
        Path part = OutputFile.create(target, false, -1, -1).part();
        Files.write(part, new byte[] {1, 2, 3, 4});
        Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("rw-r-----"));
        long inode = OutputFile.inode(part);

        OutputFile output = OutputFile.reopen(target, false, inode, 2);
        output.channel().write(ByteBuffer.wrap(new byte[] {5}));
        output.commit();

        assertThat(target).hasBinaryContent(new byte[] {1, 2, 5});
        assertThat(OutputFile.inode(target)).isEqualTo(inode);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .isEqualTo("rw-r-----");
    }

    @Test
    void shouldNotGoOnWithWhatIsNotTheFileThatWasLeft() throws IOException {
        Path part = OutputFile.create(target, false, -1, -1).part();
        long inode = OutputFile.inode(part);
        Files.write(part, new byte[] {1, 2});
        assertThatThrownBy(() -> OutputFile.reopen(target, false, inode, 3)).hasMessageContaining("at least 3 bytes");

        Path other = Files.write(temp.resolve("other"), new byte[] {1, 2, 3});
        Files.move(part, temp.resolve("away"));
        Files.createSymbolicLink(part, other);
        assertThatThrownBy(() -> OutputFile.reopen(target, false, 0, 3)).isInstanceOf(SessionException.class);
        Files.delete(part);
        Files.copy(other, part);
        assertThatThrownBy(() -> OutputFile.reopen(target, false, inode, 3)).isInstanceOf(SessionException.class);
        assertThat(other).hasBinaryContent(new byte[] {1, 2, 3});
        assertThat(part).hasBinaryContent(new byte[] {1, 2, 3});
    }

    @Test
    void shouldRefuseAFileThatIsThere() throws IOException {
        Files.writeString(target, "mine");

        assertThatThrownBy(() -> OutputFile.create(target, false, -1, -1))
                .hasMessage("write " + target + ": File exists");
        assertThat(target).hasContent("mine");
        assertThat(temp).isDirectoryContaining("glob:**a.pcapng");
    }

    @Test
    void shouldReplaceAFileWhenForced() throws IOException {
        Files.writeString(target, "old");

        OutputFile output = OutputFile.create(target, true, -1, -1);
        assertThat(target).hasContent("old");
        output.commit();

        assertThat(target).isEmptyFile();
    }

    @Test
    void shouldLeaveAFileAloneThatAppearedMeanwhile() throws IOException {
        OutputFile output = OutputFile.create(target, false, -1, -1);
        Files.writeString(target, "theirs");

        assertThat(output.commit()).isEqualTo(output.part());
        assertThat(target).hasContent("theirs");
    }

    @Test
    void shouldReplaceASymbolicLinkAndNotWhatItPointsTo() throws IOException {
        Path precious = Files.writeString(temp.resolve("precious"), "precious");
        Files.createSymbolicLink(target, precious);

        OutputFile.create(target, true, -1, -1).commit();

        assertThat(precious).hasContent("precious");
        assertThat(target).isRegularFile();
        assertThat(Files.isSymbolicLink(target)).isFalse();
    }

    @Test
    void shouldNotFollowASymbolicLinkInPlaceOfTheUnfinishedFile() throws IOException {
        Path precious = Files.writeString(temp.resolve("precious"), "precious");
        Files.createSymbolicLink(temp.resolve("a.pcapng.part"), precious);

        assertThatThrownBy(() -> OutputFile.create(target, true, -1, -1)).hasMessageContaining("File exists");
        assertThat(precious).hasContent("precious");
    }

    @Test
    void shouldRefuseWhatIsNotAFileEvenWhenForced() {
        assertThatThrownBy(() -> OutputFile.create(Path.of("/dev/null"), true, -1, -1))
                .hasMessage("write /dev/null: it is not a regular file");
    }

    @Test
    void shouldSayWhyADirectoryCannotBeWrittenTo() {
        assertThatThrownBy(() -> OutputFile.create(temp.resolve("no/a.pcap"), false, -1, -1))
                .isInstanceOfSatisfying(
                        SessionException.class, e -> assertThat(e.kind()).isEqualTo(SessionException.Kind.OUTPUT))
                .hasMessageContaining("No such file or directory");
    }

    @Test
    void shouldLeaveNothingWhenAbandoned() throws IOException {
        OutputFile.create(target, false, -1, -1).abandon();

        assertThat(temp).isEmptyDirectory();
    }
}
