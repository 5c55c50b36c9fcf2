package io.pidcap.it.accuracy;

import io.pidcap.it.accuracy.Scores.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The figures as a table in Markdown. */
final class AccuracyTable {
    private static final String HEAD =
            "| class | packets | recall ebpf | precision ebpf | recall prefilter | precision prefilter | recall proc"
                    + " | precision proc |\n|---|--:|--:|--:|--:|--:|--:|--:|\n";

    private final Map<String, String> limits;
    private final List<Row> rows = new ArrayList<>();

    private record Row(String name, Tally ebpf, Tally prefilter, Tally proc) {
        String markdown() {
            return "| %s | %d | %s | %s | %s | %s | %s | %s |\n"
                    .formatted(
                            name,
                            ebpf.wanted(),
                            ebpf.recall(),
                            ebpf.precision(),
                            prefilter.recall(),
                            prefilter.precision(),
                            proc.recall(),
                            proc.precision());
        }
    }

    /** @param limits by the name of a class, why it cannot reach 100 % */
    AccuracyTable(Map<String, String> limits) {
        this.limits = limits;
    }

    void add(Scene scene, Truth truth, Scores ebpf, Scores prefilter, Scores proc) {
        truth.classes().forEach((number, name) -> rows.add(row(name, number, ebpf, prefilter, proc)));
        rows.add(row("of no class, scene " + scene.word(), Truth.NO_CLASS, ebpf, prefilter, proc));
    }

    private static Row row(String name, int number, Scores ebpf, Scores prefilter, Scores proc) {
        return new Row(name, ebpf.of(number), prefilter.of(number), proc.of(number));
    }

    String markdown() {
        StringBuilder text = new StringBuilder(HEAD);
        rows.forEach(row -> text.append(row.markdown()));
        limits.forEach((name, reason) ->
                text.append("\n").append(name).append(": ").append(reason).append("\n"));
        return text.toString();
    }

    /** The classes in which eBPF made a mistake that has no reason. */
    List<String> failures() {
        return rows.stream()
                .filter(row -> !(row.ebpf.isPerfect() && row.prefilter.isPerfect()) && !limits.containsKey(row.name))
                .map(row -> row.name + ": " + row.ebpf + ", with the prefilter " + row.prefilter)
                .toList();
    }
}
