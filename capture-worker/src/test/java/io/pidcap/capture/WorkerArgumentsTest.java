package io.pidcap.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerArgumentsTest {
    @Test
    void shouldTakeWhomTheWorkerBecomes() {
        assertThat(WorkerArguments.parse("--pipe", "p", "--run", "2"))
                .isEqualTo(new WorkerArguments(Path.of("p"), 2, 0));
        assertThat(WorkerArguments.parse("--pipe", "p", "--run", "2", "--become", "65530"))
                .isEqualTo(new WorkerArguments(Path.of("p"), 2, 65530));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--become", "--become 0", "--become -1", "--become root", "--run 3", "--become 1 2"})
    void shouldRefuseWhatItDoesNotKnow(String more) {
        String[] arguments = ("--pipe p --run " + (more.isEmpty() ? "0" : "2 " + more)).split(" ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WorkerArguments.parse(arguments))
                .withMessageContaining(WorkerArguments.USAGE);
    }
}
