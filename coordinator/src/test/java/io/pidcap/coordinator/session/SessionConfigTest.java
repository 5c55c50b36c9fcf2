package io.pidcap.coordinator.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.output.OutputStyle;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class SessionConfigTest {
    @Test
    void shouldSurviveTheWayThroughJson() {
        SessionConfig config = Configs.curl(Path.of("/tmp/a b/\u00fc.pcapng"));

        assertThat(Json.read(Json.write(config), SessionConfig.class, "test")).isEqualTo(config);
    }

    @Test
    void shouldSayWhatIsWrongWhenJsonIsNotAConfiguration() {
        assertThatThrownBy(() -> Json.read("{\"subject\": 3", SessionConfig.class, "the configuration"))
                .isInstanceOf(SessionException.class)
                .hasMessageStartingWith("read the configuration: ");
    }

    @Test
    void shouldRefuseWhatNobodyCanCapture() {
        Path relative = Path.of("a.pcapng");
        assertThatThrownBy(() -> Configs.curl(relative))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not absolute");
        assertThatThrownBy(() -> new SessionConfig(
                        "x",
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        false,
                        Path.of("/a"),
                        OutputStyle.DEFAULT,
                        false,
                        false,
                        96,
                        false,
                        1 << 20,
                        "",
                        false,
                        SessionConfig.Events.AUTO,
                        20,
                        1 << 20,
                        1 << 20,
                        0,
                        0,
                        -1,
                        -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no interface");
    }
}
