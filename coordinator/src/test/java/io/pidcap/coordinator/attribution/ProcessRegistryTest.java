package io.pidcap.coordinator.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ProcessRegistryTest {
    private static final NamePattern CURL = new NamePattern("curl");

    private static ProcessInfo info(int pid, long start, int parent, String name) {
        return new ProcessInfo(new ProcessIdentity(pid, start), parent, name, name, null, List.of(), 0);
    }

    private static boolean isSelected(ProcessRegistry registry, int pid, long start) {
        return registry.of(new ProcessIdentity(pid, start)).selected();
    }

    private static ProcessRegistry registry(
            List<NamePattern> names, Set<Integer> pids, Set<Integer> childrenOf, boolean descendants) {
        return new ProcessRegistry(new ProcessSelector(names, List.of(), pids, Set.of(), childrenOf, descendants));
    }

    @Test
    void shouldSelectByEachOfTheThreeNames() {
        ProcessRegistry registry = registry(List.of(CURL), Set.of(), Set.of(), false);
        registry.register(List.of(
                new ProcessInfo(new ProcessIdentity(1, 1), 0, "curl", "x", null, List.of(), 0),
                new ProcessInfo(new ProcessIdentity(2, 1), 0, "x", "curl", null, List.of(), 0),
                new ProcessInfo(new ProcessIdentity(3, 1), 0, "x", "x", null, List.of("/usr/bin/curl", "-v"), 0),
                new ProcessInfo(new ProcessIdentity(4, 1), 0, "x", "x", null, List.of("x", "curl"), 0)));
        assertThat(isSelected(registry, 1, 1)).isTrue();
        assertThat(isSelected(registry, 2, 1)).isTrue();
        assertThat(isSelected(registry, 3, 1)).isTrue();
        assertThat(isSelected(registry, 4, 1)).isFalse();
    }

    private static ProcessInfo ofUser(int pid, String name, @Nullable String executable, long userId) {
        return new ProcessInfo(new ProcessIdentity(pid, pid), 0, name, name, executable, List.of(), userId);
    }

    private static ProcessRegistry registry(Set<Long> userIds, List<NamePattern> names, Set<Integer> pids) {
        List<String> executables = names.isEmpty() ? List.of() : List.of("/opt/*/bin/tool");
        return new ProcessRegistry(
                new ProcessSelector(names, ProcessSelector.patterns(executables), pids, userIds, Set.of(), false));
    }

    @Test
    void shouldSelectByTheWholePathOfTheExecutable() {
        ProcessRegistry registry = registry(Set.of(), List.of(CURL), Set.of());
        registry.register(List.of(
                ofUser(1, "tool", "/opt/a/bin/tool", 0),
                ofUser(2, "tool", "/usr/opt/a/bin/tool", 0),
                ofUser(3, "tool", null, 0),
                ofUser(4, "curl", "/usr/bin/curl", 0)));
        assertThat(isSelected(registry, 1, 1)).isTrue();
        assertThat(isSelected(registry, 2, 2)).isFalse();
        assertThat(isSelected(registry, 3, 3)).isFalse();
        assertThat(isSelected(registry, 4, 4)).as("any of the kinds will do").isTrue();
    }

    @Test
    void shouldSelectAllOfAUserIfNothingElseIsNamed() {
        ProcessRegistry registry = registry(Set.of(33L, 34L), List.of(), Set.of());
        registry.register(List.of(ofUser(1, "a", null, 33), ofUser(2, "b", null, 34), ofUser(3, "c", null, 0)));
        assertThat(isSelected(registry, 1, 1)).isTrue();
        assertThat(isSelected(registry, 2, 2)).isTrue();
        assertThat(isSelected(registry, 3, 3)).isFalse();
        assertThat(isSelected(registry, 4, 4)).as("nobody has told whose it is").isFalse();
    }

    @Test
    void shouldRestrictEveryOtherSelectionToTheUser() {
        ProcessRegistry registry = registry(Set.of(33L), List.of(CURL), Set.of(5, 6, 7));
        registry.register(List.of(
                ofUser(1, "curl", null, 33),
                ofUser(2, "curl", null, 0),
                ofUser(3, "tool", "/opt/a/bin/tool", 33),
                ofUser(4, "tool", "/opt/a/bin/tool", -1),
                ofUser(5, "by pid", null, 33),
                ofUser(6, "by pid", null, 0)));
        assertThat(IntStream.rangeClosed(1, 7).filter(pid -> isSelected(registry, pid, pid)))
                .containsExactly(1, 3, 5);
        registry.register(List.of(new ProcessInfo(new ProcessIdentity(6, 99), 0, "later", "l", null, List.of(), 33)));
        assertThat(isSelected(registry, 6, 99)).as("the number again").isFalse();
    }

    private static ObservedTime when(long monotonicNanos) {
        return new ObservedTime(monotonicNanos, monotonicNanos + 9_000);
    }

    @Test
    void shouldSelectADaemonFromTheTimeOfItsNewUserOnAndKeepIt() {
        ProcessRegistry registry = registry(Set.of(33L), List.of(), Set.of());
        ProcessInfo root = ofUser(1, "daemon", null, 0);
        registry.register(List.of(root));
        registry.register(List.of(root.withUser(33, when(500))));
        TrackedProcess daemon = registry.of(new ProcessIdentity(1, 1));
        assertThat(daemon.selectedAt(499)).isFalse();
        assertThat(daemon.selectedAt(500)).isTrue();
        registry.register(List.of(root.withUser(0, when(900))));
        assertThat(daemon.selectedAt(901)).isTrue();
    }

    @Test
    void shouldJudgeEveryProgramThatAProcessExecutesWithinOneBatch() {
        ProcessRegistry registry = registry(List.of(CURL), Set.of(), Set.of(), false);
        registry.register(List.of(
                info(1, 1, 0, "env").withOwnProgramSince(when(400)),
                info(1, 1, 0, "curl").withChangedSince(when(500)),
                info(1, 1, 0, "ls").withChangedSince(when(600))));
        TrackedProcess process = registry.of(new ProcessIdentity(1, 1));
        assertThat(process.selectedAt(499)).isFalse();
        assertThat(process.selectedAt(500)).isTrue();
        assertThat(process.selectedAt(601)).isTrue();
    }

    @Test
    void shouldSelectPidOnlyForTheProcessThatHasItFirst() {
        ProcessRegistry registry = registry(List.of(), Set.of(7), Set.of(), false);
        registry.register(List.of(info(7, 100, 1, "first")));
        assertThat(isSelected(registry, 7, 100)).isTrue();
        assertThat(isSelected(registry, 7, 900)).isFalse();
    }

    @Test
    void shouldSelectDescendantsWhateverTheOrder() {
        ProcessRegistry registry = registry(List.of(CURL), Set.of(), Set.of(), true);
        registry.register(List.of(info(3, 30, 2, "grandchild"), info(2, 20, 1, "child"), info(1, 10, 0, "curl")));
        assertThat(isSelected(registry, 3, 30)).isTrue();
        registry.register(List.of(info(4, 40, 3, "late")));
        assertThat(isSelected(registry, 4, 40)).isTrue();
        ProcessRegistry without = registry(List.of(CURL), Set.of(), Set.of(), false);
        without.register(List.of(info(1, 10, 0, "curl"), info(2, 20, 1, "child")));
        assertThat(isSelected(without, 2, 20)).isFalse();
    }

    @Test
    void shouldNotTakeProcessThatGotTheNumberLaterForTheParent() {
        ProcessRegistry registry = registry(List.of(CURL), Set.of(), Set.of(), true);
        registry.register(List.of(info(1, 500, 0, "curl"), info(2, 20, 1, "older than its parent")));
        assertThat(isSelected(registry, 2, 20)).isFalse();
    }

    @Test
    void shouldSelectChildrenOfTheCommandThatStartsThem() {
        ProcessRegistry registry = registry(List.of(), Set.of(), Set.of(50), true);
        registry.register(List.of(info(50, 1, 1, "pidcap"), info(51, 2, 50, "sh"), info(52, 3, 51, "curl")));
        assertThat(isSelected(registry, 50, 1)).isFalse();
        assertThat(isSelected(registry, 51, 2)).isTrue();
        assertThat(isSelected(registry, 52, 3)).isTrue();
    }

    @Test
    void shouldNotSelectWhatAWantedProcessStartsForTheNameThatItHadBetweenForkAndExec() {
        ProcessRegistry registry = registry(List.of(CURL), Set.of(), Set.of(), false);
        registry.register(List.of(info(1, 1, 0, "curl")));
        registry.register(
                List.of(info(2, 2, 1, "curl"), info(2, 2, 1, "ls").withOwnProgramSince(new ObservedTime(500, 9_500))));
        TrackedProcess started = registry.of(new ProcessIdentity(2, 2));
        assertThat(started.selectedAt(499)).isTrue();
        assertThat(started.selectedAt(500)).isFalse();
    }

    @Test
    void shouldSelectWhatAnotherProcessStartsFromItsExecOn() {
        ProcessRegistry registry = registry(List.of(CURL), Set.of(), Set.of(), false);
        registry.register(List.of(info(2, 2, 1, "sh")));
        registry.register(List.of(info(2, 2, 1, "curl").withOwnProgramSince(new ObservedTime(500, 9_500))));
        TrackedProcess started = registry.of(new ProcessIdentity(2, 2));
        assertThat(started.selectedAt(499)).isFalse();
        assertThat(started.selectedAt(500)).isTrue();
    }

    @Test
    void shouldKeepAcrossExecWhatIsWantedByItsPidOrAsAChild() {
        ProcessRegistry byPid = registry(List.of(), Set.of(2), Set.of(), false);
        ProcessRegistry asChild = registry(List.of(CURL), Set.of(), Set.of(), true);
        for (ProcessRegistry registry : List.of(byPid, asChild)) {
            registry.register(List.of(info(1, 1, 0, "curl"), info(2, 2, 1, "curl")));
            registry.register(List.of(info(2, 2, 1, "ls").withOwnProgramSince(new ObservedTime(500, 9_500))));
            assertThat(isSelected(registry, 2, 2)).isTrue();
        }
    }

    @Test
    void shouldSelectAfterExecAndKeepItAfterAnother() {
        ProcessRegistry registry = registry(List.of(CURL), Set.of(), Set.of(), false);
        registry.register(List.of(info(1, 1, 0, "sh")));
        assertThat(isSelected(registry, 1, 1)).isFalse();
        registry.register(List.of(info(1, 1, 0, "curl")));
        assertThat(isSelected(registry, 1, 1)).isTrue();
        registry.register(List.of(info(1, 1, 0, "sh")));
        assertThat(isSelected(registry, 1, 1)).isTrue();
    }

    @Test
    void shouldTakeUnknownStartForTheLivingProcessOfThatPid() {
        ProcessRegistry registry = registry(List.of(CURL), Set.of(), Set.of(), false);
        registry.register(List.of(info(1, 10, 0, "curl")));
        assertThat(isSelected(registry, 1, 0)).isTrue();
        registry.exited(List.of(new ProcessIdentity(1, 10)), 5);
        assertThat(isSelected(registry, 1, 0)).isFalse();
    }

    @Test
    void shouldKeepProcessAfterItsEndWhileAnythingRefersToIt() {
        ProcessRegistry registry = registry(List.of(CURL), Set.of(), Set.of(), false);
        registry.register(List.of(info(1, 10, 0, "curl"), info(2, 10, 0, "curl")));
        TrackedProcess referred = registry.of(new ProcessIdentity(1, 10));
        registry.intervalAdded(referred);
        referred.countPacket(100);
        registry.exited(List.of(new ProcessIdentity(1, 10), new ProcessIdentity(2, 10)), 5);
        assertThat(registry.size()).isEqualTo(2);
        registry.forgetBefore(6);
        assertThat(registry.size()).isEqualTo(1);
        registry.intervalForgotten(referred);
        assertThat(registry.size()).isZero();
        assertThat(registry.totals()).containsExactly(new ProcessTotals(new ProcessIdentity(1, 10), "curl", 1, 100, 0));
    }

    @Test
    void shouldBoundTheTotalsOfProcessesThatAreGone() {
        ProcessRegistry registry = registry(List.of(CURL), Set.of(), Set.of(), false);
        for (int pid = 1; pid <= 5000; pid++) {
            registry.register(List.of(info(pid, 10, 0, "curl")));
            registry.of(new ProcessIdentity(pid, 10)).countPacket(10);
            registry.exited(List.of(new ProcessIdentity(pid, 10)), pid);
            registry.forgetBefore(pid + 1);
        }
        assertThat(registry.size()).isZero();
        List<ProcessTotals> totals = registry.totals();
        assertThat(totals).hasSize(ProcessRegistry.MAX_RETIRED_TOTALS + 1);
        assertThat(totals.stream().mapToLong(ProcessTotals::packets).sum()).isEqualTo(5000);
        assertThat(totals.get(totals.size() - 1).identity()).isEqualTo(ProcessTotals.OTHERS);
    }
}
