package io.pidcap.it.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchTest {
    @TempDir
    Path directory;

    private Contender contender(String name, String script) {
        return new Contender(name, List.of("sh", "-c", script), directory.resolve(name));
    }

    @Test
    void shouldTakeTheMedian() {
        assertThat(Spread.of(3, 1, 2)).isEqualTo(new Spread(1, 2, 3));
        assertThat(Spread.of(4, 1, 2, 3)).isEqualTo(new Spread(1, 2.5, 4));
        assertThat(Spread.of(7)).hasToString("7.00");
        assertThat(Spread.of(0.25, 0.5, 1.25)).hasToString("0.500 (0.250-1.25)");
    }

    @Test
    void shouldTakeTheRatioWithinEachRoundNotThatOfTheMedians() {
        Contender any = contender("any", "true");
        Duel duel = Duel.of(
                any,
                any,
                List.of(
                        new Duel.Round(new Sample(1, 10), new Sample(4, 10)),
                        new Duel.Round(new Sample(2, 30), new Sample(2, 10)),
                        new Duel.Round(new Sample(8, 20), new Sample(10, 10))));

        Row wall = duel.wall("w", Target.atMost(0.8));
        assertThat(wall.ours()).isEqualTo(new Spread(1, 2, 8));
        assertThat(wall.peer()).isEqualTo(new Spread(2, 4, 10));
        assertThat(wall.ratio()).isEqualTo(new Spread(0.25, 0.8, 1));
        assertThat(wall.verdict()).isEqualTo("met");
        assertThat(duel.cpu("c", Target.atMost(1.9)).verdict()).isEqualTo("missed");
        assertThat(duel.cpu("c", Target.NONE).verdict()).isEqualTo("-");
    }

    @Test
    void shouldRunBothInTurnAndChangeWhoBegins() throws Exception {
        Path log = directory.resolve("log");
        Workplace place = new Workplace(directory, List.of(), 4, 1);

        Duel.fight(contender("o", "echo o >> " + log), contender("p", "echo p >> " + log), place, 1, 4);

        assertThat(Files.readAllLines(log)).containsExactly("p", "o", "o", "p", "p", "o", "o", "p", "p", "o");
    }

    @Test
    void shouldReadTheClockOfTheShell() throws Exception {
        assertThat(Stopwatch.parse("1.250 0.500 0.125\n")).isEqualTo(new Sample(1.25, 0.625));
        Sample busy =
                Stopwatch.time(directory, List.of("sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"));
        assertThat(busy.cpuSeconds()).isPositive();
    }

    @Test
    void shouldTellWhatAFailedCommandSaid() {
        assertThatThrownBy(() -> Stopwatch.time(directory, List.of("sh", "-c", "echo broken >&2; exit 3")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("exit status 3: broken");
    }

    @Test
    void shouldMakeTheSameInputAgain() throws Exception {
        FilterInput input = new FilterInput(10);
        input.writeCapture(directory.resolve("a"), 1000);
        input.writeCapture(directory.resolve("b"), 1000);

        assertThat(Selection.same(directory.resolve("a"), directory.resolve("b"))
                        .packets())
                .isEqualTo(1000);
        assertThat(Files.mismatch(directory.resolve("a"), directory.resolve("b")))
                .isNegative();
    }

    @Test
    void shouldWriteTheTable() throws Exception {
        Contender any = contender("any", "true");
        Row row = Duel.of(any, any, List.of(new Duel.Round(new Sample(1, 1), new Sample(4, 1))))
                .wall("thing", Target.atMost(0.5));
        BenchReport report = new BenchReport("host", List.of(row), List.of("x: no y"));

        report.write(directory);

        assertThat(Files.readAllLines(directory.resolve("bench.md")))
                .contains("| thing (any) | 1.00 s | any  | 4.00 s     | 0.250 | <= 0.500 | met     | 1      |")
                .contains("SKIPPED x: no y");
        assertThat(Files.readString(directory.resolve("bench.json"))).contains("\"median\" : 0.25");
        assertThat(row.ratio().median()).isCloseTo(0.25, within(1e-9));
        try (Stream<String> lines = Files.lines(directory.resolve("bench.md"))) {
            assertThat(lines.filter(line -> line.startsWith("|"))
                            .map(String::length)
                            .distinct())
                    .hasSize(1);
        }
    }
}
