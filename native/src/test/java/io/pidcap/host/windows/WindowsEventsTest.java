package io.pidcap.host.windows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceConfig;
import io.pidcap.host.FlowEventSourceConfig.Choice;
import io.pidcap.host.FlowEventSourceContract;
import io.pidcap.host.HostException;
import io.pidcap.protocol.model.HostFeature;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every source promises, of the one that polls the stand-ins. */
class WindowsEventsTest extends FlowEventSourceContract {
    private static final int PID = 4711;

    private final StandIns standIns = StandIns.inThisJvm();
    private final WindowsBackend backend = new WindowsBackend();

    /** Sockets are rows in a file, and so is the process. */
    private final class ListedActor implements Actor {
        private int lastPort = 20_000;

        ListedActor() {
            standIns.process(PID, 4, StandIns.NEW_YEAR, "actor.exe", "C:\\actor.exe");
        }

        @Override
        public int pid() {
            return PID;
        }

        @Override
        public int bindUdp() {
            lastPort++;
            standIns.socket("udp4", 0, "127.0.0.1", lastPort, "0.0.0.0", 0, PID, StandIns.NEW_YEAR + lastPort);
            return lastPort;
        }

        @Override
        public void close(int port) {
            standIns.close("udp4", port, 0);
        }

        @Override
        public void end() {
            standIns.end(PID);
        }
    }

    @Override
    protected FlowEventSource open() {
        return backend.openFlowEventSource(new FlowEventSourceConfig(Choice.IPHELPER, 20, false));
    }

    @Override
    protected Actor startActor() {
        return new ListedActor();
    }

    @Test
    void shouldRefuseTheSourcesOfLinux() {
        for (Choice choice : List.of(Choice.PROC, Choice.EBPF)) {
            assertThatThrownBy(() -> backend.openFlowEventSource(new FlowEventSourceConfig(choice, 20, false)))
                    .isInstanceOfSatisfying(
                            HostException.class, e -> assertThat(e.code()).isEqualTo(HostException.Code.NOT_SUPPORTED))
                    .hasMessageContaining("only Linux has it");
        }
    }

    @Test
    void shouldProbeWhatIsThere() {
        standIns.process(PID, 4, StandIns.NEW_YEAR, "actor.exe", "C:\\actor.exe");
        standIns.protectedProcess(4, "System");
        assertThat(backend.probeEventFeatures())
                .extracting(feature -> feature.name() + ": " + feature.detail())
                .contains(
                        "socket-tables: read the tables of IP Helper: 0 rows",
                        "all-processes: 1 of 2 processes can be opened");
        standIns.set("OWNER_MODULE", 5);
        assertThat(backend.probeEventFeatures())
                .filteredOn(feature -> feature.name().equals("socket-tables"))
                .singleElement()
                .satisfies(feature -> {
                    assertThat(feature.availability()).isEqualTo(HostFeature.Availability.UNAVAILABLE);
                    assertThat(feature.detail()).contains("Access is denied. (5)");
                });
        assertThat(StandIns.openHandles()).isZero();
    }
}
