package io.pidcap.coordinator.session;

import io.pidcap.protocol.model.CaptureCounters;
import io.pidcap.protocol.v1.OpenInterface;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The counters of each interface over all runs of the capture-worker. An interface is known by its name, since what
 * {@code any} stands for on Windows may be others in the next run. One thread.
 */
public final class InterfaceCounters {
    /** @param nth of those of that name in one run, from 0 */
    private record Key(String name, int nth) {}

    private final List<String> asked;
    private final Map<Key, OpenInterface> known = new LinkedHashMap<>();
    private final Map<Key, CaptureCounters> ofEarlierRuns = new LinkedHashMap<>();
    private final Map<Key, CaptureCounters> ofThisRun = new LinkedHashMap<>();
    private List<Key> numbered = List.of();

    /** @param asked as the user named them */
    public InterfaceCounters(List<String> asked) {
        this.asked = List.copyOf(asked);
    }

    /** A run has opened these; an earlier one has ended. */
    public void runOpened(List<OpenInterface> open) {
        runEnded();
        List<Key> keys = new ArrayList<>();
        for (OpenInterface one : open) {
            int nth = (int)
                    keys.stream().filter(key -> key.name.equals(one.getName())).count();
            Key key = new Key(one.getName(), nth);
            keys.add(key);
            known.put(key, one);
        }
        numbered = keys;
    }

    /** Idempotent. */
    public void runEnded() {
        ofThisRun.forEach((key, counters) -> ofEarlierRuns.merge(key, counters, CaptureCounters::plus));
        ofThisRun.clear();
        numbered = List.of();
    }

    /** Whether the run that is open has an interface of this number. */
    public boolean isOpen(int number) {
        return number >= 0 && number < numbered.size();
    }

    /** @param counters of the run that is open, since its begin */
    public void counted(int number, CaptureCounters counters) {
        ofThisRun.put(numbered.get(number), counters);
    }

    /** Over all runs, one for each interface that was ever open. */
    public List<CaptureCounters> totals() {
        return known.keySet().stream().map(this::total).toList();
    }

    private CaptureCounters total(Key key) {
        return ofEarlierRuns
                .getOrDefault(key, CaptureCounters.NOTHING)
                .plus(ofThisRun.getOrDefault(key, CaptureCounters.NOTHING));
    }

    /** In the order of {@link #totals}; those that were asked for where none was ever open. */
    public List<SessionReport.Interface> report() {
        if (known.isEmpty()) {
            return asked.stream()
                    .map(name -> SessionReport.Interface.of(
                            name, OpenInterface.getDefaultInstance(), CaptureCounters.NOTHING))
                    .toList();
        }
        return known.entrySet().stream()
                .map(one -> SessionReport.Interface.of(one.getKey().name, one.getValue(), total(one.getKey())))
                .toList();
    }
}
