package io.pidcap.host.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketState;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LookDifferenceTest {
    private static final Endpoint LOCAL = new Endpoint(IpAddress.ofIpv4(0x7f000001), 1000);
    private static final FiveTuple BOUND = new FiveTuple(17, LOCAL, Endpoint.NONE);
    private static final FiveTuple TO_A = new FiveTuple(17, LOCAL, new Endpoint(IpAddress.ofIpv4(1), 1));
    private static final FiveTuple ELSEWHERE =
            new FiveTuple(17, new Endpoint(IpAddress.ofIpv4(0x7f000001), 2000), Endpoint.NONE);

    private static ProcessIdentity process(int pid) {
        return new ProcessIdentity(pid, pid * 10L);
    }

    private static ProcessInfo info(int pid, String name) {
        return new ProcessInfo(process(pid), 1, name, name, null, List.of(), 0);
    }

    private static SocketEntry socket(long inode, FiveTuple tuple, Integer... owners) {
        return new SocketEntry(
                inode,
                1,
                tuple,
                tuple.isConnected() ? SocketState.CONNECTED : SocketState.BOUND,
                Arrays.stream(owners).map(LookDifferenceTest::process).toList());
    }

    private static ObservedTime at(long nanos) {
        return new ObservedTime(nanos, 1000 + nanos);
    }

    private static Look look(long start, long end, SocketEntry... sockets) {
        return look(start, end, List.of(), sockets);
    }

    private static Look look(long start, long end, List<ProcessInfo> processes, SocketEntry... sockets) {
        Map<ProcessIdentity, ProcessInfo> byIdentity = new LinkedHashMap<>();
        processes.forEach(info -> byIdentity.put(info.identity(), info));
        Map<Long, SocketEntry> byInode = Arrays.stream(sockets)
                .collect(Collectors.toMap(SocketEntry::socketId, s -> s, (a, b) -> b, HashMap::new));
        return new Look(at(start), at(end), 1, byIdentity, byInode, List.of(), List.of());
    }

    private static FlowEvent event(Kind kind, long time, SocketEntry socket, int owner) {
        return new FlowEvent(
                kind, at(time), socket.socketId(), socket.netnsId(), socket.tuple(), socket.state(), process(owner));
    }

    private static List<FlowEvent> events(SocketEntry before, SocketEntry now) {
        return LookDifference.between(look(100, 110, before), look(200, 210, now))
                .events();
    }

    @Test
    void shouldDateWhatBeganToTheStartOfTheLastLookThatDidNotShowIt() {
        SocketEntry shared = socket(5, BOUND, 7, 8);
        assertThat(LookDifference.between(look(100, 110), look(200, 210, shared))
                        .events())
                .containsExactly(event(Kind.OPENED, 100, shared, 7), event(Kind.OWNER_JOINED, 100, shared, 8));
    }

    @Test
    void shouldDateWhatEndedToTheEndOfTheFirstLookThatNoLongerShowedIt() {
        SocketEntry shared = socket(5, BOUND, 7, 8);
        assertThat(LookDifference.between(look(100, 110, shared), look(200, 210))
                        .events())
                .containsExactly(event(Kind.OWNER_LEFT, 210, shared, 7), event(Kind.CLOSED, 210, shared, 8));
    }

    @Test
    void shouldSetTheWatermarkToTheStartOfTheLaterLook() {
        FlowBatch batch = LookDifference.between(look(100, 110), look(200, 210));
        assertThat(batch.completeUntil()).isEqualTo(at(200));
        assertThat(batch.lostEvents()).isZero();
        assertThat(batch.events()).isEmpty();
        assertThat(batch.localAddressesChanged()).isFalse();
    }

    @Test
    void shouldTellAConnectedSocketsNewTuple() {
        SocketEntry now = socket(5, TO_A, 7);
        assertThat(events(socket(5, BOUND, 7), now)).containsExactly(event(Kind.OPENED, 100, now, 7));
    }

    @Test
    void shouldTellEveryOwnerOfANewTuple() {
        SocketEntry now = socket(5, TO_A, 7, 9);
        assertThat(events(socket(5, BOUND, 7, 8), now))
                .containsExactly(
                        event(Kind.OPENED, 100, now, 7),
                        event(Kind.OWNER_JOINED, 100, now, 9),
                        event(Kind.OWNER_LEFT, 210, now, 8));
    }

    @Test
    void shouldTellThatAnotherProcessJoinedBeforeTheFirstLeft() {
        SocketEntry now = socket(5, BOUND, 8);
        assertThat(events(socket(5, BOUND, 7), now))
                .containsExactly(event(Kind.OWNER_JOINED, 100, now, 8), event(Kind.OWNER_LEFT, 210, now, 7));
    }

    @Test
    void shouldEndASocketWhoseInodeAnotherOneHasNow() {
        SocketEntry before = socket(5, BOUND, 7);
        SocketEntry now = socket(5, ELSEWHERE, 8);
        assertThat(events(before, now))
                .containsExactly(event(Kind.CLOSED, 210, before, 7), event(Kind.OPENED, 100, now, 8));

        SocketEntry otherNamespace = new SocketEntry(5, 2, BOUND, SocketState.BOUND, before.owners());
        assertThat(events(before, otherNamespace))
                .extracting(FlowEvent::kind)
                .containsExactly(Kind.CLOSED, Kind.OPENED);
    }

    @Test
    void shouldEndSocketsBeforeOthersBeginSoThatAPortUsedAgainHasItsNewOwnerLast() {
        SocketEntry before = socket(5, BOUND, 7);
        SocketEntry now = socket(6, BOUND, 8);
        assertThat(events(before, now))
                .containsExactly(event(Kind.CLOSED, 210, before, 7), event(Kind.OPENED, 100, now, 8));
    }

    @Test
    void shouldTellProcessesThatAreNewOrChangedAndThoseThatEnded() {
        Look before = look(100, 110, List.of(info(1, "init"), info(2, "sh"), info(3, "gone")));
        Look now = look(200, 210, List.of(info(1, "init"), info(2, "curl"), info(4, "new")));
        FlowBatch batch = LookDifference.between(before, now);
        assertThat(batch.processes()).containsExactly(info(2, "curl"), info(4, "new"));
        assertThat(batch.exits()).containsExactly(process(3));
    }

    @Test
    void shouldTellAllAddressesWhenOneChanged() {
        LocalAddress a = new LocalAddress(1, IpAddress.ofIpv4(1));
        LocalAddress b = new LocalAddress(1, IpAddress.ofIpv4(2));
        Look before = new Look(at(100), at(110), 1, Map.of(), Map.of(), List.of(a), List.of());
        Look now = new Look(at(200), at(210), 1, Map.of(), Map.of(), List.of(b, a), List.of());
        Look shuffled = new Look(at(300), at(310), 1, Map.of(), Map.of(), List.of(a, b), List.of());

        assertThat(LookDifference.between(before, now).localAddressesChanged()).isTrue();
        assertThat(LookDifference.between(before, now).localAddresses()).containsExactly(b, a);
        assertThat(LookDifference.between(now, shuffled).localAddressesChanged())
                .isFalse();
    }
}
