package io.pidcap.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowGap;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Drives a source as its owner does, keeps what it tells, and checks at each batch what every source promises. */
public final class FlowEventCollector {
    private static final long DEADLINE_SECONDS = 20;
    private static final long STEP_MILLIS = 50;

    private final FlowEventSource source;
    public final SocketSnapshot snapshot;
    public final List<FlowEvent> events = new ArrayList<>();
    public final List<ProcessIdentity> exits = new ArrayList<>();
    public final Map<ProcessIdentity, ProcessInfo> processes = new HashMap<>();
    /** All that was said of processes since the snapshot, in its order. */
    public final List<ProcessInfo> told = new ArrayList<>();

    public final List<FlowGap> gaps = new ArrayList<>();
    public long lostEvents;
    private long watermarkNanos;

    private FlowEventCollector(FlowEventSource source) {
        this.source = source;
        source.attach();
        snapshot = source.snapshot();
        snapshot.processes().forEach(info -> processes.put(info.identity(), info));
        watermarkNanos = snapshot.taken().monotonicNanos();
    }

    /** Attaches the source and takes its snapshot. */
    public static FlowEventCollector begin(FlowEventSource source) {
        return new FlowEventCollector(source);
    }

    public FlowBatch next(long timeoutMillis) {
        FlowBatch batch = source.next(timeoutMillis);
        batch.processes().forEach(info -> processes.put(info.identity(), info));
        told.addAll(batch.processes());
        for (FlowEvent event : batch.events()) {
            assertThat(event.observed().monotonicNanos())
                    .as("%s is not before what was said to be complete", event)
                    .isGreaterThanOrEqualTo(watermarkNanos);
            assertThat(processes).as("the process of %s is known", event).containsKey(event.owner());
        }
        assertThat(batch.completeUntil().monotonicNanos())
                .as("the watermark does not go back")
                .isGreaterThanOrEqualTo(watermarkNanos);
        watermarkNanos = batch.completeUntil().monotonicNanos();
        events.addAll(batch.events());
        exits.addAll(batch.exits());
        lostEvents += batch.lostEvents();
        FlowGap gap = batch.gap();
        if (gap != null) {
            gaps.add(gap);
        }
        return batch;
    }

    public long watermarkNanos() {
        return watermarkNanos;
    }

    /** Goes on until an event is as wanted, and returns the first such. */
    public FlowEvent await(Predicate<FlowEvent> wanted) {
        awaitThat(() -> events.stream().anyMatch(wanted));
        return events.stream().filter(wanted).findFirst().orElseThrow();
    }

    /** Goes on until {@code condition} holds. */
    public void awaitThat(BooleanSupplier condition) {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime())
                    .as("in time; events so far: %s", events)
                    .isLessThan(deadlineNanos);
            next(STEP_MILLIS);
        }
    }

    /** Goes on until everything that happened before this call must have been told. */
    public void catchUp() {
        long now = System.nanoTime();
        awaitThat(() -> watermarkNanos > now);
    }
}
