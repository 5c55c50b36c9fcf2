package io.pidcap.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventWorkerConfigTest {
    @Test
    void shouldReadPipeAndRunInAnyOrder() {
        EventWorkerConfig expected = new EventWorkerConfig(Path.of("/run/x.sock"), 3);
        assertThat(EventWorkerConfig.parse(new String[] {"--pipe", "/run/x.sock", "--run", "3"}))
                .isEqualTo(expected);
        assertThat(EventWorkerConfig.parse(new String[] {"--run", "3", "--pipe", "/run/x.sock"}))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "--pipe /x, --run is missing",
        "--run 1, --pipe is missing",
        "'', --pipe is missing",
        "--pipe /x --run, --run has no value",
        "--pipe /x --run 0, --run 0 is not greater than 0",
        "--pipe /x --run -4, --run -4 is not greater than 0",
        "--pipe /x --run one, --run one is not a number",
        "--help me, unknown option --help",
    })
    void shouldSayWhatIsWrong(String arguments, String message) {
        String[] words = arguments.isEmpty() ? new String[0] : arguments.split(" ");
        assertThatThrownBy(() -> EventWorkerConfig.parse(words))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
