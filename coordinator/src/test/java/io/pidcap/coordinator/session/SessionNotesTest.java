package io.pidcap.coordinator.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.attribution.AttributionReason;
import io.pidcap.coordinator.filter.FilterCounters;
import io.pidcap.coordinator.filter.FilterProgress;
import io.pidcap.coordinator.packet.UnknownCause;
import io.pidcap.protocol.model.CaptureCounters;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SessionNotesTest {
    private static final List<CaptureCounters> TOTALS =
            List.of(new CaptureCounters(100, 5, 999, 7, 2, 1000), new CaptureCounters(50, 0, 999, 1, 0, 0));

    private static FilterProgress progress(FilterProgress.State state, long kept, long notSelected, long unknown) {
        FilterCounters counters = new FilterCounters(
                kept + notSelected + unknown,
                0,
                kept,
                0,
                Map.of(AttributionReason.TAIL, kept),
                Map.of(),
                notSelected,
                0,
                Map.of(UnknownCause.NOT_IP, unknown),
                0,
                0);
        return new FilterProgress(state, 0, 0, 0, counters, List.of(), 0, List.of());
    }

    @Test
    void shouldBalanceWhenAllIsFiltered() {
        SessionReport.Packets packets =
                SessionNotes.packets(TOTALS, progress(FilterProgress.State.FINISHED, 60, 80, 10), 0);

        assertThat(packets.received()).isEqualTo(1165);
        assertThat(packets.kept()).isEqualTo(60);
        assertThat(packets.keptBy()).containsEntry("tail", 60L).containsEntry("listener", 0L);
        assertThat(packets.skipped()).containsEntry("by the prefilter", 1000L);
        assertThat(packets.skippedInAll()).isEqualTo(1090);
        assertThat(packets.droppedInAll()).isEqualTo(15);
        assertThat(packets.waiting()).isZero();
        assertThat(packets.balances()).isTrue();
    }

    @Test
    void shouldTellOfKeptPacketsWhyNobodyIsKnownToOwnThem() {
        FilterCounters counters = new FilterCounters(
                5,
                0,
                5,
                0,
                Map.of(AttributionReason.TAIL, 2L),
                Map.of(UnknownCause.NO_OWNER, 3L, UnknownCause.NOT_IP, 0L),
                0,
                0,
                Map.of(),
                0,
                0);
        SessionReport.Packets packets = SessionNotes.packets(
                List.of(),
                new FilterProgress(FilterProgress.State.FINISHED, 0, 0, 0, counters, List.of(), 0, List.of()),
                0);

        assertThat(packets.keptBy())
                .containsEntry("tail", 2L)
                .containsEntry("unknown: no process owned either end", 3L)
                .doesNotContainKey("unknown: not IP");
        assertThat(packets.balances()).isTrue();
    }

    @Test
    void shouldCallWhatIsNotFilteredYetWaiting() {
        SessionReport.Packets packets =
                SessionNotes.packets(TOTALS, progress(FilterProgress.State.RUNNING, 60, 0, 0), 0);

        assertThat(packets.waiting()).isEqualTo(90);
        assertThat(packets.balances()).isTrue();
    }

    @Test
    void shouldCountAsDroppedWhatWasNeverFiltered() {
        SessionReport.Packets packets =
                SessionNotes.packets(TOTALS, progress(FilterProgress.State.FAILED, 60, 0, 0), 20);

        assertThat(packets.kept()).isEqualTo(40);
        assertThat(packets.dropped()).containsEntry("never filtered", 90L).containsEntry("writing the output", 20L);
        assertThat(packets.balances()).isTrue();
    }

    @Test
    void shouldBelieveTheSpoolWhenAWorkerDiedBeforeItsLastCounters() {
        SessionReport.Packets packets =
                SessionNotes.packets(TOTALS, progress(FilterProgress.State.FINISHED, 200, 0, 0), 0);

        assertThat(packets.received()).isEqualTo(1215);
        assertThat(packets.balances()).isTrue();
    }

    @Test
    void shouldNoticeAnEquationThatDoesNotHold() {
        assertThat(new SessionReport.Packets(10, 3, Map.of(), Map.of("x", 3L), Map.of("y", 3L), 0).balances())
                .isFalse();
    }
}
