package io.pidcap.coordinator.extcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessChoiceTest {
    @Test
    void shouldReadWhatItWrites() {
        for (ProcessChoice choice :
                new ProcessChoice[] {ProcessChoice.ALL, ProcessChoice.named("a b"), ProcessChoice.ofPid(17)}) {
            assertThat(ProcessChoice.parse(choice.toString())).isEqualTo(choice);
        }
    }

    @Test
    void shouldTakeWhatAPersonTypes() {
        assertThat(ProcessChoice.parse("")).isEqualTo(ProcessChoice.ALL);
        assertThat(ProcessChoice.parse("name:g++")).isEqualTo(ProcessChoice.named("g++"));
        assertThat(ProcessChoice.parse("name:Web Content")).isEqualTo(ProcessChoice.named("Web Content"));
        assertThat(ProcessChoice.parse("name:all")).isEqualTo(ProcessChoice.named("all"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"curl", "name:", "pid:", "pid:0", "pid:-3", "pid:12x", "pid:99999999999", "name:%zz", "ALL"})
    void shouldRefuseTheRest(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> ProcessChoice.parse(text));
    }
}
