package io.pidcap.host.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.ChildProcess;
import io.pidcap.protocol.model.ProcessInfo;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessInfoReaderTest {
    @TempDir
    Path directory;

    private static List<String> arguments(String cmdline, int most) {
        byte[] bytes = cmdline.getBytes(StandardCharsets.UTF_8);
        return ProcessInfoReader.parseArguments(bytes, bytes.length, most);
    }

    @Test
    void shouldSplitArgumentsAtTheirEnds() {
        assertThat(arguments("curl\0-o\0\0a b\0", Integer.MAX_VALUE)).containsExactly("curl", "-o", "", "a b");
        assertThat(arguments("curl\0-o\0", 1)).containsExactly("curl");
        assertThat(arguments("-bash", 1)).containsExactly("-bash");
        assertThat(arguments("", 1)).isEmpty();
    }

    @Test
    void shouldNotTakeTheRestOfAWrittenTitleForArguments() {
        assertThat(arguments("nginx: worker process\0\0\0\0\0", Integer.MAX_VALUE))
                .containsExactly("nginx: worker process");
        assertThat(arguments("\0\0\0", Integer.MAX_VALUE)).isEmpty();
    }

    @Test
    void shouldReadTheRealUser() {
        String status = "Name:\tx\nUmask:\t0022\nUid:\t1000\t0\t0\t0\nGid:\t1\t1\t1\t1\n";
        assertThat(ProcessInfoReader.parseUserId(status)).isEqualTo(1000);
        int whole = status.indexOf("\nGid") + 1;
        for (int length = 0; length < status.length(); length++) {
            assertThat(ProcessInfoReader.parseUserId(status.substring(0, length)))
                    .isEqualTo(length < whole ? -1 : 1000);
        }
    }

    @Test
    void shouldNameAProcessByItsExecutableWhateverTheLocale() {
        ProcTree tree = new ProcTree(directory);
        tree.process(10, 5, "short", ProcTree.HOST_NETNS);
        // By a shell: under LANG=C the JDK itself cannot make such a name.
        String script = "ln -sf \"$(printf '/opt/b\\303\\274ro/\\346\\227\\245 x%%20y (deleted)')\" \"$1/10/exe\"";
        ChildProcess.run("sh", "-c", script, "sh", directory.toString());
        ProcessInfoReader reader = new ProcessInfoReader(new ProcRoot(directory), true);

        ProcessInfo info = reader.read(Objects.requireNonNull(reader.readStat(10), "stat"), reader.readExecutable(10));
        assertThat(info.executable()).isEqualTo("/opt/b\u00fcro/\u65e5 x%20y");
        assertThat(info.name()).isEqualTo("\u65e5 x%20y");
        assertThat(info.arguments()).containsExactly("short", "--flag");
    }

    @Test
    void shouldNameAProcessByItsMainThreadWhereTheExecutableCannotBeRead() {
        ProcTree tree = new ProcTree(directory);
        tree.process(10, 5, "kworker/0:1", ProcTree.HOST_NETNS);
        tree.delete("10/exe");
        tree.delete("10/cmdline");
        tree.delete("10/status");
        ProcessInfoReader reader = new ProcessInfoReader(new ProcRoot(directory), false);

        ProcessInfo info = reader.read(Objects.requireNonNull(reader.readStat(10), "stat"), reader.readExecutable(10));
        assertThat(info.name()).isEqualTo("kworker/0:1");
        assertThat(info.executable()).isNull();
        assertThat(info.arguments()).isEmpty();
        assertThat(info.userId()).isEqualTo(-1);
        assertThat(reader.readStat(11)).isNull();
    }
}
