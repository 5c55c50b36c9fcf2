package io.pidcap.coordinator.platform;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WindowsArgumentsTest {
    /** How a C library of Windows takes a command line apart, as its documentation says it, behind the program's name. */
    private static List<String> parsed(String line) {
        List<String> arguments = new ArrayList<>();
        int at = 0;
        while (at < line.length()) {
            if (line.charAt(at) == ' ' || line.charAt(at) == '\t') {
                at++;
                continue;
            }
            StringBuilder argument = new StringBuilder();
            boolean quoted = false;
            while (at < line.length() && (quoted || " \t".indexOf(line.charAt(at)) < 0)) {
                int backslashes = 0;
                while (at < line.length() && line.charAt(at) == '\\') {
                    backslashes++;
                    at++;
                }
                if (at < line.length() && line.charAt(at) == '"') {
                    argument.append("\\".repeat(backslashes / 2));
                    if (backslashes % 2 == 1) {
                        argument.append('"');
                    } else {
                        quoted = !quoted;
                    }
                    at++;
                } else {
                    argument.append("\\".repeat(backslashes));
                    if (at < line.length() && (quoted || " \t".indexOf(line.charAt(at)) < 0)) {
                        argument.append(line.charAt(at++));
                    }
                }
            }
            arguments.add(argument.toString());
        }
        return arguments;
    }

    private static void assertArrives(List<String> command) {
        assertThat(parsed(String.join(" ", WindowsArguments.quoted(command)))).isEqualTo(command);
    }

    @Test
    void shouldArriveAsTheyAre() {
        assertArrives(
                List.of("curl", "", "a b", "say \"hi\"", "C:\\folder\\", "C:\\my folder\\", "\\\\server\\x", "\\\""));
        assertThat(WindowsArguments.quoted(List.of("a", "C:\\x\\", "a b"))).containsExactly("a", "C:\\x\\", "\"a b\"");
    }

    @Test
    void shouldArriveWhateverTheyHold() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String alphabet = "ab \\\\\"\t";
        for (int i = 0; i < 20_000; i++) {
            List<String> command = new ArrayList<>();
            for (int words = random.nextInt(4); words >= 0; words--) {
                StringBuilder word = new StringBuilder();
                for (int length = random.nextInt(8); length > 0; length--) {
                    word.append(alphabet.charAt(random.nextInt(alphabet.length())));
                }
                command.add(word.toString());
            }
            assertThat(parsed(String.join(" ", WindowsArguments.quoted(command))))
                    .as("seed %d, round %d", seed, i)
                    .isEqualTo(command);
        }
    }
}
