package io.pidcap.host.windows.windivert;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** Records of any bytes, one behind the other; the last may be cut off. */
class WinDivertRecordFuzz {
    private static final int PIDS = 4;

    @FuzzTest(maxDuration = "10s")
    void shouldTellOfEverySocketItsEndWhenItsProcessHasEnded(byte[] bytes) {
        SocketTracker tracker = new SocketTracker();
        Set<Long> open = new HashSet<>();
        long nanos = 0;
        for (int at = 0; at < bytes.length; at += WinDivertAddressLayout.BYTES) {
            byte[] one = Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + WinDivertAddressLayout.BYTES));
            WinDivertRecord record = WinDivertAddressLayout.parse(one);
            assertThat(record == null || one.length == WinDivertAddressLayout.BYTES)
                    .isTrue();
            if (record != null) {
                ProcessIdentity owner = new ProcessIdentity(Math.floorMod(record.pid(), PIDS), 1);
                tracker.handle(withPid(record, owner.pid()), owner, new ObservedTime(++nanos, nanos));
                take(tracker, open);
            }
        }
        for (int pid = 0; pid < PIDS; pid++) {
            tracker.exited(new ProcessIdentity(pid, 1), new ObservedTime(++nanos, nanos));
        }
        take(tracker, open);
        assertThat(open).isEmpty();
        assertThat(tracker.ownerships()).isEmpty();
    }

    /** Few, so that they meet. */
    private static WinDivertRecord withPid(WinDivertRecord record, int pid) {
        return new WinDivertRecord(
                record.event(),
                record.ticks(),
                record.endpointId(),
                pid,
                record.protocol(),
                record.local(),
                record.remote());
    }

    private static void take(SocketTracker tracker, Set<Long> open) {
        for (FlowEvent event : tracker.takeEvents()) {
            if (event.kind() == FlowEvent.Kind.OPENED) {
                open.add(event.socketId());
            } else {
                assertThat(open.remove(event.socketId())).isTrue();
            }
        }
    }
}
