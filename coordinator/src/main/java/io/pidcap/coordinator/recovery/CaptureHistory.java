package io.pidcap.coordinator.recovery;

import io.pidcap.coordinator.session.SessionReport;
import io.pidcap.protocol.model.CaptureCounters;
import io.pidcap.protocol.v1.CaptureReady;
import io.pidcap.protocol.v1.OpenInterface;
import io.pidcap.protocol.v1.SpoolProgress;
import io.pidcap.protocol.wire.CaptureMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a journal tells of the capture-worker's counters. One thread. */
final class CaptureHistory {
    private final Map<Integer, Map<Integer, CaptureCounters>> byInterfaceAndRun = new TreeMap<>();
    private List<OpenInterface> open = List.of();
    private @Nullable Instant drainedUntil;

    void ready(CaptureReady ready) {
        open = ready.getInterfacesList();
        drainedUntil = null;
    }

    void progress(int run, SpoolProgress progress) {
        byInterfaceAndRun
                .computeIfAbsent(progress.getInterface(), any -> new TreeMap<>())
                .put(run, CaptureMapper.toModel(progress.getCounters()));
        if (progress.getDrainedUntilEpochNanos() > 0) {
            drainedUntil = Instant.ofEpochSecond(0, progress.getDrainedUntilEpochNanos());
        }
    }

    /** Until when the newest run's packets are known to be there; null: not known. */
    @Nullable
    Instant drainedUntil() {
        return drainedUntil;
    }

    /** Over all runs, one for each interface. */
    List<CaptureCounters> totals(int interfaces) {
        List<CaptureCounters> totals = new ArrayList<>();
        for (int number = 0; number < interfaces; number++) {
            CaptureCounters total = CaptureCounters.NOTHING;
            for (CaptureCounters one :
                    byInterfaceAndRun.getOrDefault(number, Map.of()).values()) {
                total = total.plus(one);
            }
            totals.add(total);
        }
        return totals;
    }

    List<SessionReport.Interface> report(List<String> names) {
        List<CaptureCounters> totals = totals(names.size());
        List<SessionReport.Interface> rows = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            OpenInterface known = i < open.size() ? open.get(i) : OpenInterface.getDefaultInstance();
            rows.add(SessionReport.Interface.of(names.get(i), known, totals.get(i)));
        }
        return rows;
    }
}
