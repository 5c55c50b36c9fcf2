package io.pidcap.coordinator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Of the launcher for Windows nothing can be run here: it must say what the other says, in the lines that cmd.exe wants. */
class LaunchersTest {
    private static final Pattern OPTION = Pattern.compile("-X[a-zA-Z]+[\\w:+=.-]*");

    private static String read(String name) throws IOException {
        return Files.readString(Path.of("..", name));
    }

    private static Set<String> options(String text) {
        Set<String> options = new TreeSet<>();
        Matcher option = OPTION.matcher(text);
        while (option.find()) {
            options.add(option.group());
        }
        return options;
    }

    @Test
    void shouldStartTheSameWithTheSameHeap() throws IOException {
        String unix = read("pidcap");
        String windows = read("pidcap.cmd");
        assertThat(options(windows)).contains("-Xmx256m", "-Xmx1g").isSubsetOf(options(unix));
        assertThat(windows)
                .contains("-Dpidcap.lib=", "-Dpidcap.jvm=", "-Dpidcap.launcher=", "-Dpidcap.worker.jvm=")
                .contains(CoordinatorMain.class.getName() + " %*");
    }

    @Test
    void shouldHaveLinesOfWindows() throws IOException {
        assertThat(read("pidcap.cmd").replace("\r\n", "")).doesNotContain("\n").doesNotContain("\r");
    }
}
