package io.pidcap.coordinator.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TextTableTest {
    @Test
    void shouldAlignWordsLeftAndNumbersRight() {
        TextTable table = new TextTable("NAME", ">N", "NOTE").row("a", 1, "").row("longer", 1000, "x");

        assertThat(table.toString()).isEqualTo("NAME       N  NOTE\na          1\nlonger  1000  x\n");
    }

    @Test
    void shouldRefuseARowOfAnotherWidth() {
        assertThatThrownBy(() -> new TextTable("A", "B").row("1")).isInstanceOf(IllegalArgumentException.class);
    }
}
