package io.pidcap.host.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceConfig;
import io.pidcap.host.FlowEventSourceConfig.Choice;
import io.pidcap.host.HostException;
import io.pidcap.host.SystemClock;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.HostFeature.Availability;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketSnapshot;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinuxEventsTest {
    @TempDir
    Path directory;

    private static FlowEventSourceConfig config(Choice choice) {
        return new FlowEventSourceConfig(choice, 100, false);
    }

    private static Map<String, HostFeature> probe(LinuxEvents events) {
        return events.probe().stream().collect(Collectors.toMap(HostFeature::name, Function.identity()));
    }

    private static HostFeature feature(Map<String, HostFeature> features, String name) {
        return Objects.requireNonNull(features.get(name), name);
    }

    @Test
    void shouldPollWhenAskedTo() {
        try (FlowEventSource asked = new LinuxEvents().openSource(config(Choice.PROC))) {
            asked.attach();
            assertThat(asked.kind()).isEqualTo(FlowEventSource.Kind.PROC);
            assertThat(asked.reason()).isEqualTo("reading /proc was asked for");
        }
    }

    @Test
    void shouldTakeTheExactSourceWhereItAttachesAndElseSayWhyNot() {
        LinuxEvents events = new LinuxEvents();
        HostFeature exact = feature(probe(events), "events-exact");
        try (FlowEventSource chosen = events.openSource(config(Choice.AUTO))) {
            chosen.attach();
            if (exact.availability() == Availability.AVAILABLE) {
                assertThat(chosen.kind()).isEqualTo(FlowEventSource.Kind.EBPF);
                assertThat(chosen.reason()).isEmpty();
            } else {
                assertThat(chosen.kind()).isEqualTo(FlowEventSource.Kind.PROC);
                assertThat(chosen.reason()).contains("eBPF", exact.detail(), exact.remedy());
            }
        }
    }

    @Test
    void shouldNotFallBackWhereTheExactSourceWasAskedFor() {
        LinuxEvents events = new LinuxEvents(directory, new SystemClock());
        try (FlowEventSource asked = events.openSource(config(Choice.EBPF))) {
            assertThatThrownBy(asked::attach).isInstanceOfSatisfying(HostException.class, e -> {
                assertThat(e.code()).isEqualTo(HostException.Code.NOT_SUPPORTED);
                assertThat(e).hasMessageContaining("eBPF");
                assertThat(e.hint()).contains("/proc");
            });
        }
    }

    @Test
    void shouldSnapshotThisVeryProcess() {
        SocketSnapshot snapshot = new LinuxEvents().snapshot();
        ProcessInfo own = snapshot.processes().stream()
                .filter(info -> info.identity().pid() == ProcessHandle.current().pid())
                .findFirst()
                .orElseThrow();
        assertThat(own.name()).isEqualTo("java");
        assertThat(own.arguments()).hasSizeGreaterThan(1);
        assertThat(snapshot.ownNetnsId()).isNotZero();
        assertThat(snapshot.localAddresses()).anyMatch(local -> local.address().isLoopback());
    }

    @Test
    void shouldFindThisHostReadable() {
        Map<String, HostFeature> features = probe(new LinuxEvents());
        assertThat(features)
                .containsKeys(
                        "events-exact",
                        "kernel",
                        "socket-tables",
                        "all-processes",
                        "network-namespaces",
                        "flow-events");
        assertThat(feature(features, "kernel").detail()).startsWith("Linux ");
        assertThat(feature(features, "socket-tables").availability()).isEqualTo(Availability.AVAILABLE);
        assertThat(feature(features, "flow-events").availability()).isEqualTo(Availability.AVAILABLE);
    }

    @Test
    void shouldSayWhatToDoWhereProcIsNotThere() {
        LinuxEvents events = new LinuxEvents(directory, new SystemClock());
        Map<String, HostFeature> features = probe(events);
        assertThat(feature(features, "kernel").availability()).isEqualTo(Availability.UNKNOWN);
        assertThat(feature(features, "socket-tables").availability()).isEqualTo(Availability.UNAVAILABLE);
        assertThat(feature(features, "socket-tables").remedy()).contains("mount");
        assertThat(feature(features, "flow-events").availability()).isEqualTo(Availability.UNAVAILABLE);

        FlowEventSource source = events.openSource(config(Choice.AUTO));
        assertThatThrownBy(source::attach)
                .isInstanceOf(HostException.class)
                .hasMessageContaining(directory + "/self/net/tcp");
        assertThatThrownBy(events::snapshot).isInstanceOf(HostException.class);
    }

    @Test
    void shouldNoticeHiddenProcesses() {
        ProcTree tree = new ProcTree(directory);
        tree.process(10, 5, "mine", ProcTree.HOST_NETNS);
        assertThat(feature(probe(new LinuxEvents(directory, new SystemClock())), "all-processes"))
                .satisfies(feature -> {
                    assertThat(feature.availability()).isEqualTo(Availability.UNAVAILABLE);
                    assertThat(feature.detail()).contains("hidepid");
                    assertThat(feature.remedy()).contains("root", "CAP_SYS_PTRACE");
                });
    }
}
