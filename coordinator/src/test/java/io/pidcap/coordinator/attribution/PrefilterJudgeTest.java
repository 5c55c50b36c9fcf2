package io.pidcap.coordinator.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.PrefilterDecision;
import io.pidcap.protocol.model.PrefilterDecision.Owners;
import io.pidcap.protocol.model.PrefilterDecision.PortMark;
import io.pidcap.protocol.model.PrefilterSeen;
import io.pidcap.protocol.model.PrefilterSeen.PortCount;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.model.SocketState;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Process 1 is wanted, the others are not; a small stand-in for the kernel does what it is told. */
class PrefilterJudgeTest {
    private static final int UDP = PrefilterDecision.PORTS;

    private final ProcessSelector selector = ProcessSelector.ofNames("p1", "wanted");
    private ProcessRegistry processes = new ProcessRegistry(selector);
    private PrefilterJudge judge = new PrefilterJudge(processes);
    private FlowTimeline timeline = new FlowTimeline(processes, 42, judge);

    private final Set<Integer> watched = new HashSet<>();
    private final Set<Integer> trusted = new HashSet<>();
    private final Map<Integer, Owners> marks = new HashMap<>();
    private final Map<Integer, Long> told = new HashMap<>();
    private long decided;
    private long settled;
    private double seconds = 1;

    private void selecting(ProcessSelector other) {
        processes = new ProcessRegistry(other);
        judge = new PrefilterJudge(processes);
        timeline = new FlowTimeline(processes, 42, judge);
    }

    private void snapshot(SocketEntry... sockets) {
        List<ProcessInfo> infos =
                List.of(History.info(1, 0), History.info(2, 0), History.info(3, 0), History.info(4, 0));
        timeline.snapshot(new SocketSnapshot(History.at(0), History.OWN, infos, List.of(sockets), List.of()));
        judge.beginRun();
        watched.clear();
        trusted.clear();
        marks.clear();
        decided = 0;
    }

    private static SocketEntry bound(long socket, int port, int... owners) {
        return History.entry(socket, History.OWN, "udp 10.0.0.1:" + port, SocketState.BOUND, owners);
    }

    private FlowEvent event(Kind kind, long socket, int port, int owner) {
        return History.event(kind, seconds, socket, History.OWN, "udp 10.0.0.1:" + port, SocketState.BOUND, owner);
    }

    private void batch(List<ProcessInfo> infos, List<ProcessIdentity> exits, FlowEvent... events) {
        timeline.batch(new FlowBatch(infos, List.of(events), exits, false, List.of(), 0, History.at(seconds)));
        seconds++;
    }

    /** What the kernel has told and applied by now is judged, and the judgement carried out. */
    private @Nullable PrefilterDecision decide(List<Integer> changed, PortCount... counts) {
        watched.removeAll(changed);
        trusted.removeAll(changed);
        return decide(new PrefilterSeen(7, decided, changed, List.of(), List.of(), List.of(counts)));
    }

    /** The kernel has trusted these since their forks. */
    private @Nullable PrefilterDecision decideOfChildren(int... pids) {
        List<Integer> children = Arrays.stream(pids).boxed().toList();
        watched.addAll(children);
        trusted.addAll(children);
        return decide(new PrefilterSeen(7, decided, List.of(), children, List.of(), List.of()));
    }

    private @Nullable PrefilterDecision decide(PrefilterSeen seen) {
        for (PortCount count : seen.ports()) {
            told.put(count.port(), count.told());
        }
        PrefilterDecision decision = judge.decide(seen);
        if (decision != null) {
            assertThat(decision.number()).isEqualTo(decided + 1);
            decided = decision.number();
            settled = decision.settled();
            watched.removeAll(decision.unwatch());
            trusted.removeAll(decision.unwatch());
            watched.addAll(decision.watch());
            assertThat(watched).containsAll(decision.trust());
            trusted.addAll(decision.trust());
            for (PortMark mark : decision.marks()) {
                assertThat(mark.told()).isEqualTo(told.getOrDefault(mark.port(), 0L));
                marks.put(mark.port(), mark.owners());
            }
        }
        return decision;
    }

    private void settleAll() {
        while (decide(List.of()) != null) {
            assertThat(settled).isEqualTo(7);
        }
    }

    @Test
    void shouldTakeAPortForUnwantedOnlyOnceItsOwnerIsWatched() {
        snapshot(bound(10, 53, 2), bound(11, 54, 1));
        decide(List.of());
        assertThat(watched).containsExactly(2);
        assertThat(marks).containsEntry(UDP + 53, Owners.OTHERS).containsEntry(UDP + 54, Owners.OTHERS);
        settleAll();
        assertThat(trusted).containsExactly(2);
        assertThat(marks).containsEntry(UDP + 53, Owners.UNWANTED).containsEntry(UDP + 54, Owners.OTHERS);
    }

    @Test
    void shouldLeaveAPortOpenThatOneOfSeveralOwnersIsWantedFor() {
        snapshot(bound(10, 53, 2, 3), bound(11, 53, 1), bound(12, 80, 2, 3));
        settleAll();
        assertThat(marks).containsEntry(UDP + 53, Owners.OTHERS).containsEntry(UDP + 80, Owners.UNWANTED);
    }

    @Test
    void shouldDecideAnewWhenMoreIsToldOfAPort() {
        snapshot(bound(10, 53, 2));
        settleAll();
        batch(List.of(), List.of(), event(Kind.OPENED, 20, 53, 1));
        decide(List.of(), new PortCount(UDP + 53, 1));
        assertThat(marks).containsEntry(UDP + 53, Owners.OTHERS);
    }

    @Test
    void shouldLeaveAPortOpenUntilTheTailOfAWantedOwnerIsOver() {
        snapshot(bound(10, 53, 1));
        settleAll();
        batch(List.of(), List.of(), event(Kind.CLOSED, 10, 53, 1));
        settleAll();
        assertThat(marks).containsEntry(UDP + 53, Owners.OTHERS);
        timeline.forgetBefore(100 * History.SECOND);
        settleAll();
        assertThat(marks).containsEntry(UDP + 53, Owners.NOBODY);
    }

    @Test
    void shouldOpenThePortsOfAProcessThatBecomesWanted() {
        snapshot(bound(10, 53, 2));
        settleAll();
        batch(List.of(called(2, "wanted")), List.of());
        decide(List.of(2));
        assertThat(marks).containsEntry(UDP + 53, Owners.OTHERS);
        settleAll();
        assertThat(watched).isEmpty();
    }

    @Test
    void shouldWatchAProcessAnewThatHasChangedAndIsStillUnwanted() {
        snapshot(bound(10, 53, 2));
        settleAll();
        batch(List.of(called(2, "another")), List.of());
        decide(List.of(2));
        assertThat(marks).containsEntry(UDP + 53, Owners.OTHERS);
        settleAll();
        assertThat(trusted).containsExactly(2);
        assertThat(marks).containsEntry(UDP + 53, Owners.UNWANTED);
    }

    @Test
    void shouldOpenPortsThatAChildHasTooUntilItIsWatched() {
        snapshot(bound(10, 53, 2));
        settleAll();
        batch(List.of(History.info(5, 2)), List.of(), event(Kind.OWNER_JOINED, 10, 53, 5));
        decide(List.of());
        assertThat(marks).containsEntry(UDP + 53, Owners.OTHERS);
        settleAll();
        assertThat(watched).containsExactlyInAnyOrder(2, 5);
        assertThat(marks).containsEntry(UDP + 53, Owners.UNWANTED);
    }

    @Test
    void shouldKeepAPortUnwantedWhenAChildIsTrustedFromItsBirth() {
        snapshot(bound(10, 53, 2));
        settleAll();
        batch(List.of(History.info(5, 2)), List.of(), event(Kind.OWNER_JOINED, 10, 53, 5));
        decideOfChildren(5);
        assertThat(marks).containsEntry(UDP + 53, Owners.UNWANTED);
        assertThat(trusted).containsExactlyInAnyOrder(2, 5);
        batch(List.of(), List.of(History.process(5)), event(Kind.OWNER_LEFT, 10, 53, 5));
        settleAll();
        assertThat(marks).containsEntry(UDP + 53, Owners.UNWANTED);
        assertThat(watched).containsExactly(2);
    }

    @Test
    void shouldOpenThePortsOfATrustedChildThatBecomesWanted() {
        snapshot(bound(10, 53, 2));
        settleAll();
        batch(List.of(History.info(5, 2)), List.of(), event(Kind.OWNER_JOINED, 10, 53, 5));
        decideOfChildren(5);
        batch(List.of(called(5, "wanted")), List.of());
        decide(List.of(5));
        assertThat(marks).containsEntry(UDP + 53, Owners.OTHERS);
    }

    @Test
    void shouldNotLeaveATrustedChildBehindThatIsGone() {
        snapshot(bound(10, 53, 2));
        settleAll();
        batch(List.of(History.info(5, 2)), List.of(History.process(5)));
        decideOfChildren(5);
        assertThat(watched).containsExactly(2);
    }

    @Test
    void shouldNotTrustOneWhoseChildrenAreWanted() {
        selecting(new ProcessSelector(List.of(), List.of(), Set.of(), Set.of(), Set.of(2), false));
        snapshot(bound(10, 53, 2), bound(11, 54, 3));
        settleAll();
        assertThat(marks).containsEntry(UDP + 53, Owners.OTHERS).containsEntry(UDP + 54, Owners.UNWANTED);
    }

    @Test
    void shouldTrustNobodyWhileAWantedPidMayBeGivenToAFork() {
        selecting(new ProcessSelector(List.of(), List.of(), Set.of(5), Set.of(), Set.of(), false));
        snapshot(bound(10, 53, 2));
        settleAll();
        assertThat(watched).isEmpty();
        batch(List.of(History.info(5, 3)), List.of());
        settleAll();
        assertThat(marks).containsEntry(UDP + 53, Owners.UNWANTED);
    }

    @Test
    void shouldLeaveAPortOpenForGoodOfASocketThatSomebodyHasGotHoldOf() {
        snapshot(bound(10, 53, 2), bound(11, 54, 2));
        settleAll();
        decide(new PrefilterSeen(8, decided, List.of(), List.of(), List.of(UDP + 53), List.of()));
        assertThat(settled).isEqualTo(8);
        assertThat(marks).containsEntry(UDP + 53, Owners.OTHERS).containsEntry(UDP + 54, Owners.UNWANTED);
    }

    @Test
    void shouldLeaveAPortOpenForGoodThatAWantedProcessHadBesideAnUnwantedOne() {
        snapshot(bound(10, 53, 2), bound(11, 53, 1));
        settleAll();
        batch(List.of(), List.of(), event(Kind.CLOSED, 11, 53, 1));
        timeline.forgetBefore(100 * History.SECOND);
        settleAll();
        assertThat(watched).containsExactly(2);
        assertThat(marks).containsEntry(UDP + 53, Owners.OTHERS);
    }

    @Test
    void shouldOpenAllPortsOfOneThatGaveASocketToAWantedProcess() {
        snapshot(bound(10, 53, 2), bound(11, 54, 2));
        settleAll();
        batch(List.of(), List.of(), event(Kind.OWNER_JOINED, 10, 53, 1));
        settleAll();
        batch(List.of(), List.of(), event(Kind.OWNER_LEFT, 10, 53, 1));
        settleAll();
        assertThat(watched).isEmpty();
        assertThat(marks).containsEntry(UDP + 53, Owners.OTHERS).containsEntry(UDP + 54, Owners.OTHERS);
    }

    @Test
    void shouldWatchNobodyWhoHasEnded() {
        snapshot(bound(10, 53, 2));
        settleAll();
        batch(List.of(), List.of(History.process(2)), event(Kind.CLOSED, 10, 53, 2));
        settleAll();
        assertThat(watched).isEmpty();
        assertThat(marks).containsEntry(UDP + 53, Owners.UNWANTED);
    }

    @Test
    void shouldNotTakeOneForUnwantedThatMayBecomeAnotherUserUnseen() {
        ProcessSelector ofUser = new ProcessSelector(List.of(), List.of(), Set.of(), Set.of(33L), Set.of(), false);
        selecting(ofUser);
        snapshot(bound(10, 53, 2));
        settleAll();
        assertThat(watched).isEmpty();
        assertThat(marks).containsEntry(UDP + 53, Owners.OTHERS);
    }

    @Test
    void shouldBeginAnewWithAnotherRun() {
        snapshot(bound(10, 53, 2));
        settleAll();
        snapshot(bound(20, 53, 2));
        decide(List.of());
        assertThat(marks).containsEntry(UDP + 53, Owners.OTHERS);
        settleAll();
        assertThat(marks).containsEntry(UDP + 53, Owners.UNWANTED);
    }

    private static ProcessInfo called(int number, String name) {
        return new ProcessInfo(History.process(number), 0, name, name, null, List.of(), 0);
    }
}
