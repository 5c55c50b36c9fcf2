package io.pidcap.host.windows.windivert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pidcap.host.FlowEventCollector;
import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceContract;
import io.pidcap.host.HostException;
import io.pidcap.host.windows.DivertEvent;
import io.pidcap.host.windows.StandIns;
import io.pidcap.host.windows.win32.ClockReading;
import io.pidcap.host.windows.win32.WindowsClock;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.FlowGap;
import io.pidcap.protocol.model.HostFeature;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real binding on a stand-in for the driver. */
class WinDivertFlowEventSourceTest extends FlowEventSourceContract {
    private static final int PID = 4711;
    private static final int MANY = 10_000;

    private final StandIns standIns = StandIns.inThisJvm();
    private int lastPort = 20_000;

    @AfterEach
    void requireAllHandlesClosed() {
        assertThat(StandIns.openHandles()).isZero();
    }

    /** The table has its sockets too, as that of Windows. */
    private final class DivertedActor implements Actor {
        private final WindowsClock clock = new WindowsClock();

        DivertedActor() {
            standIns.process(PID, 4, StandIns.NEW_YEAR, "actor.exe", "C:\\actor.exe");
        }

        @Override
        public int pid() {
            return PID;
        }

        @Override
        public int bindUdp() {
            int port = ++lastPort;
            standIns.socket("udp4", 0, "127.0.0.1", port, "0.0.0.0", 0, PID, StandIns.NEW_YEAR + port);
            standIns.event(udp(DivertEvent.BIND, port).at(clock.read().ticks()));
            return port;
        }

        @Override
        public void close(int port) {
            standIns.close("udp4", port, 0);
            standIns.event(udp(DivertEvent.CLOSE, port).at(clock.read().ticks()));
        }

        @Override
        public void end() {
            standIns.end(PID);
        }
    }

    private static DivertEvent udp(int event, int port) {
        return DivertEvent.of(event, port, PID, DivertEvent.UDP, "127.0.0.1", port);
    }

    @Override
    protected FlowEventSource open() {
        return new WinDivertFlowEventSource();
    }

    @Override
    protected Actor startActor() {
        return new DivertedActor();
    }

    private static String text(FlowEvent event) {
        return event.kind() + " " + event.tuple().local().port();
    }

    @Test
    void shouldTellTheEventsOfBothLayersInTheOrderInWhichTheyHappened() {
        standIns.process(PID, 4, StandIns.NEW_YEAR, "actor.exe", "C:\\actor.exe");
        ClockReading now;
        FlowEventCollector collector;
        try (FlowEventSource source = open()) {
            collector = FlowEventCollector.begin(source);
            now = new WindowsClock().read();
            DivertEvent flow = DivertEvent.of(DivertEvent.ESTABLISHED, 2, PID, DivertEvent.TCP, "127.0.0.1", 2)
                    .to("127.0.0.1", 9);
            standIns.event(flow.at(now.ticks() - 1_000));
            standIns.event(udp(DivertEvent.BIND, 3).at(now.ticks() - 500));
            standIns.event(udp(DivertEvent.BIND, 1).at(now.ticks() - 2_000));
            collector.catchUp();
        }
        assertThat(collector.events)
                .extracting(WinDivertFlowEventSourceTest::text)
                .containsExactly("OPENED 1", "OPENED 2", "OPENED 3");
        assertThat(collector.events.get(2).observed().monotonicNanos())
                .as("500 ticks of 100 ns before, but for how long the clocks take to be read")
                .isBetween(
                        now.time().monotonicNanos() - 50_000 - TimeUnit.MILLISECONDS.toNanos(1),
                        now.time().monotonicNanos() - 50_000 + TimeUnit.MILLISECONDS.toNanos(1));
    }

    @Test
    void shouldNameAProcessThatEndsRightAfterItsFirstEventAndOneThatHasEndedBefore() {
        try (FlowEventSource source = open()) {
            FlowEventCollector collector = FlowEventCollector.begin(source);
            standIns.process(PID, 4, StandIns.NEW_YEAR, "brief.exe", "C:\\brief.exe");
            standIns.event(udp(DivertEvent.BIND, 1));
            standIns.event(DivertEvent.of(DivertEvent.BIND, 2, 999, DivertEvent.UDP, "127.0.0.1", 2));
            collector.awaitThat(() -> collector.events.size() == 2);
            assertThat(collector.events)
                    .extracting(event -> collector.processes.get(event.owner()))
                    .extracting(info -> info == null ? "" : info.name())
                    .containsExactlyInAnyOrder("brief.exe", EventProcesses.ENDED);
            standIns.end(PID);
            collector.awaitThat(() -> collector.exits.size() == 2);
            assertThat(collector.events)
                    .filteredOn(event -> event.kind() == Kind.CLOSED)
                    .hasSize(2);
        }
    }

    @Test
    void shouldNotGiveAnEventToALaterProcessOfTheSamePid() {
        try (FlowEventSource source = open()) {
            FlowEventCollector collector = FlowEventCollector.begin(source);
            ClockReading now = new WindowsClock().read();
            long created = now.time().epochNanos() / 100 + 116_444_736_000_000_000L;
            standIns.process(PID, 4, created, "late.exe", "C:\\late.exe");
            standIns.event(udp(DivertEvent.BIND, 1).at(now.ticks() - 10_000));
            FlowEvent opened = collector.await(event -> event.kind() == Kind.OPENED);
            assertThat(opened.owner().startNanos()).isZero();
        }
    }

    @Test
    void shouldTakeAFlood() {
        standIns.process(PID, 4, StandIns.NEW_YEAR, "actor.exe", "C:\\actor.exe");
        try (FlowEventSource source = open()) {
            FlowEventCollector collector = FlowEventCollector.begin(source);
            for (int port = 1; port <= MANY; port++) {
                standIns.event(udp(DivertEvent.BIND, port));
                standIns.event(udp(DivertEvent.CLOSE, port));
            }
            collector.awaitThat(() -> collector.events.size() == 2 * MANY);
            assertThat(collector.lostEvents).isZero();
        }
    }

    @Test
    void shouldFindWhatTheDriverDroppedAndCountIt() {
        standIns.process(PID, 4, StandIns.NEW_YEAR, "actor.exe", "C:\\actor.exe");
        standIns.socket("udp4", 0, "127.0.0.1", 5_000, "0.0.0.0", 0, PID, StandIns.NEW_YEAR + 1);
        // A driver that holds one event only: of so many at once it drops some.
        standIns.set("most_queued", 1);
        try (FlowEventSource source = open()) {
            FlowEventCollector collector = FlowEventCollector.begin(source);
            ByteArrayOutputStream burst = new ByteArrayOutputStream();
            for (int port = 1; port <= 500; port++) {
                standIns.socket("udp4", 0, "127.0.0.1", port, "0.0.0.0", 0, PID, StandIns.NEW_YEAR + port);
                burst.writeBytes(udp(DivertEvent.BIND, port).bytes());
            }
            standIns.event("socket.events", burst.toByteArray());
            collector.awaitThat(() -> collector.events.size() == 500);
            assertThat(collector.events)
                    .extracting(WinDivertFlowEventSourceTest::text)
                    .doesNotHaveDuplicates();
            assertThat(collector.lostEvents).isBetween(1L, 500L);
            assertThat(collector.gaps).isNotEmpty();
            long lost = collector.lostEvents;

            // One that was there is gone without a word.
            standIns.close("udp4", 5_000, 0);
            collector.await(event -> text(event).equals("CLOSED 5000"));
            assertThat(collector.lostEvents).isEqualTo(lost + 1);
            FlowGap gap = collector.gaps.get(collector.gaps.size() - 1);
            assertThat(gap.from().monotonicNanos()).isLessThan(gap.until().monotonicNanos());
        }
    }

    @Test
    void shouldCountNothingThatWasToldOf() {
        standIns.process(PID, 4, StandIns.NEW_YEAR, "actor.exe", "C:\\actor.exe");
        try (FlowEventSource source = open()) {
            FlowEventCollector collector = FlowEventCollector.begin(source);
            // A connection that is closed stays listed for a while; of a socket the table may say another address.
            standIns.socket("tcp4", 5, "10.0.0.1", 80, "10.0.0.2", 9, PID, StandIns.NEW_YEAR + 1);
            standIns.socket("udp4", 0, "10.0.0.1", 53, "0.0.0.0", 0, PID, StandIns.NEW_YEAR + 1);
            DivertEvent connection = DivertEvent.of(DivertEvent.CONNECT, 1, PID, DivertEvent.TCP, "10.0.0.1", 80)
                    .to("10.0.0.2", 9);
            standIns.event(connection);
            standIns.event(
                    new DivertEvent(DivertEvent.CLOSE, 0, 1, PID, DivertEvent.TCP, "10.0.0.1", 80, "10.0.0.2", 9));
            standIns.event(DivertEvent.of(DivertEvent.BIND, 2, PID, DivertEvent.UDP, "0.0.0.0", 53));
            collector.awaitThat(() -> collector.events.size() == 3);
            long beganNanos = collector.watermarkNanos();
            collector.awaitThat(() -> collector.watermarkNanos() - beganNanos > TimeUnit.SECONDS.toNanos(4));
            assertThat(collector.lostEvents).isZero();
            assertThat(collector.gaps).isEmpty();
            assertThat(collector.events).hasSize(3);
        }
    }

    @Test
    void shouldLookForTheLibraryBesideTheProgram() {
        List<Path> folders = WinDivert.folders("/given", WinDivertFlowEventSourceTest.class);
        assertThat(folders.get(0)).isEqualTo(Path.of("/given"));
        assertThat(WinDivert.folders("", WinDivertFlowEventSourceTest.class))
                .containsExactly(
                        folders.get(1),
                        folders.get(1).getParent(),
                        folders.get(1).resolveSibling("WinDivert"))
                .allSatisfy(folder -> assertThat(folder).isAbsolute());
    }

    @Test
    void shouldSkipRecordsThatSayWhatCannotBe() {
        standIns.process(PID, 4, StandIns.NEW_YEAR, "actor.exe", "C:\\actor.exe");
        try (FlowEventSource source = open()) {
            FlowEventCollector collector = FlowEventCollector.begin(source);
            byte[] unknown = udp(DivertEvent.BIND, 1).bytes();
            unknown[9] = 99;
            standIns.event("socket.events", unknown);
            standIns.event(DivertEvent.of(DivertEvent.BIND, 1, -5, DivertEvent.UDP, "127.0.0.1", 1));
            for (long ticks : new long[] {Long.MIN_VALUE, -1, 1, Long.MAX_VALUE}) {
                standIns.event(udp(DivertEvent.BIND, 2).at(ticks));
                standIns.event(udp(DivertEvent.CLOSE, 2).at(ticks));
            }
            standIns.event(udp(DivertEvent.BIND, 3));
            collector.await(event -> event.tuple().local().port() == 3);
        }
    }

    @Test
    void shouldEndWhileItsThreadsWaitForEvents() {
        FlowEventSource source = open();
        FlowEventCollector.begin(source);
        source.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("windivert-socket", "windivert-flow");
    }

    @ParameterizedTest
    @CsvSource({
        "2, driver WinDivert64.sys is missing beside",
        "5, run pidcap as administrator",
        "87, is older than 2.2",
        "577, signature",
        "654, another version is loaded",
        "1060, service is not installed",
        "1275, blocked",
        "1753, Base Filtering Engine",
        "31, security software"
    })
    void shouldExplainWhyItDoesNotOpen(int error, String explanation) {
        for (String layer : List.of("open_socket", "open_flow")) {
            standIns.clear();
            standIns.set(layer, error);
            FlowEventSource source = open();
            assertThatThrownBy(source::attach).isInstanceOfSatisfying(HostException.class, e -> {
                assertThat(e).hasMessageContaining("layer: ").hasMessageContaining("(" + error + ")");
                assertThat(e.hint()).contains(explanation);
                assertThat(e.code() == HostException.Code.NO_PRIVILEGE).isEqualTo(error == 5);
            });
            source.close();
            HostFeature feature = WinDivertFeatures.probe();
            assertThat(feature.availability()).isEqualTo(HostFeature.Availability.UNAVAILABLE);
            assertThat(feature.remedy()).contains(explanation);
        }
    }

    @Test
    void shouldSayWhichVersionItOpens() {
        assertThat(WinDivertFeatures.probe().detail())
                .startsWith("opened the SOCKET and the FLOW layer of WinDivert 2.2, ")
                .contains(standIns.directory().toString());
        standIns.set("set_param", 87);
        assertThat(WinDivertFeatures.probe().detail())
                .isEqualTo("set parameter 0 of WinDivert's SOCKET layer to 16384: The parameter is incorrect. (87)");
    }

    @Test
    void shouldEndWithWhatTheDriverSaysWhenItBreaks() {
        standIns.set("receive", 5);
        try (FlowEventSource source = open()) {
            FlowEventCollector collector = FlowEventCollector.begin(source);
            assertThatThrownBy(() -> collector.await(event -> false))
                    .isInstanceOf(HostException.class)
                    .hasMessageContaining("receive from WinDivert's ")
                    .hasMessageContaining("Access is denied. (5)");
        }
    }
}
