package io.pidcap.it.accuracy;

import io.pidcap.it.accuracy.Scores.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The figures as a table in Markdown. */
final class AccuracyTable {
    private static final String HEAD =
            "| class | packets | recall ebpf | precision ebpf | recall proc | precision proc |\n|---|--:|--:|--:|--:|--:|\n";

    private final Truth truth;
    private final Scores ebpf;
    private final Scores proc;
    private final Map<String, String> limits;

    /** @param limits by the name of a class, why it cannot reach 100 % */
    AccuracyTable(Truth truth, Scores ebpf, Scores proc, Map<String, String> limits) {
        this.truth = truth;
        this.ebpf = ebpf;
        this.proc = proc;
        this.limits = limits;
    }

    String markdown() {
        StringBuilder text = new StringBuilder(HEAD);
        truth.classes().forEach((number, name) -> text.append(row(number, name)));
        text.append(row(Truth.NO_CLASS, "of no class"));
        limits.forEach((name, reason) ->
                text.append("\n").append(name).append(": ").append(reason).append("\n"));
        return text.toString();
    }

    private String row(int number, String name) {
        Tally one = ebpf.of(number);
        Tally other = proc.of(number);
        return "| %s | %d | %s | %s | %s | %s |\n"
                .formatted(name, one.wanted(), one.recall(), one.precision(), other.recall(), other.precision());
    }

    /** The classes in which eBPF made a mistake that has no reason. */
    List<String> failures() {
        List<String> failures = new ArrayList<>();
        truth.classes().forEach((number, name) -> {
            Tally tally = ebpf.of(number);
            if (!tally.isPerfect() && !limits.containsKey(name)) {
                failures.add(name + ": " + tally);
            }
        });
        if (!ebpf.of(Truth.NO_CLASS).isPerfect()) {
            failures.add("of no class: " + ebpf.of(Truth.NO_CLASS));
        }
        return failures;
    }
}
