package io.pidcap.host.linux.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.EventTimes;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A process that gives up root between what the records tell and what /proc shows. */
class ProcessUsersTest {
    private static final long NOBODY = 65534;

    private final Proc proc = new Proc();
    private final BatchBuilder batch = new BatchBuilder();
    private final ProcessUsers users = new ProcessUsers(proc, new EventTimes(new ObservedTime(0, 0)), batch);
    private final KnownProcess daemon = new KnownProcess(
            new ProcessInfo(new ProcessIdentity(7, Proc.STARTED), 1, "daemon", "daemon", null, List.of(), 0));

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private List<ProcessInfo> told() {
        return batch.take(0, new ObservedTime(0, 0)).processes();
    }

    private void packetCame(long atMillis) {
        users.doubt(daemon, millis(atMillis));
    }

    private void pollEnds(long begunMillis, boolean last) {
        proc.nowNanos = millis(begunMillis + 5);
        users.lookAtDoubtful(millis(begunMillis), last);
    }

    @Test
    void shouldDateTheNewUserAfterACallThatWasReadLater() {
        packetCame(100);
        proc.userId = NOBODY;
        pollEnds(110, false);
        assertThat(told()).isEmpty();
        assertThat(users.isPending()).isTrue();

        // Made as root before the look at /proc, read after it.
        users.shown(daemon, 0, millis(112));
        pollEnds(120, false);

        List<ProcessInfo> told = told();
        assertThat(told).extracting(ProcessInfo::userId).containsExactly(NOBODY);
        assertThat(sinceMillis(told.get(0))).isEqualTo(112);
        assertThat(users.isPending()).isFalse();
    }

    @Test
    void shouldDateTheNewUserFromBeforeThePacketWhereNoCallSaysOtherwise() {
        packetCame(100);
        proc.userId = NOBODY;
        pollEnds(110, false);
        pollEnds(120, false);

        assertThat(sinceMillis(told().get(0))).isEqualTo(80);
    }

    @Test
    void shouldBelieveTheExecThatCameAfterTheLook() {
        packetCame(100);
        proc.userId = NOBODY;
        pollEnds(110, false);
        // As a program that belongs to root and runs as such; the reader notes it so.
        daemon.userSeenNanos = millis(118);
        pollEnds(120, false);

        assertThat(told()).isEmpty();
        assertThat(users.isPending()).isFalse();
    }

    @Test
    void shouldTellTheNewUserOnceWhereACallShowsItToo() {
        packetCame(100);
        proc.userId = NOBODY;
        pollEnds(110, false);
        users.shown(daemon, NOBODY, millis(118));
        pollEnds(120, false);

        List<ProcessInfo> told = told();
        assertThat(told).extracting(ProcessInfo::userId).containsExactly(NOBODY);
        assertThat(sinceMillis(told.get(0))).isEqualTo(80);
    }

    @Test
    void shouldTellInTheLastPollWhatNoNextOneCan() {
        packetCame(100);
        proc.userId = NOBODY;
        pollEnds(110, true);

        assertThat(told()).extracting(ProcessInfo::userId).containsExactly(NOBODY);
        assertThat(users.isPending()).isFalse();
    }

    private static long sinceMillis(ProcessInfo info) {
        return TimeUnit.NANOSECONDS.toMillis(
                Objects.requireNonNull(info.changedSince()).monotonicNanos());
    }

    /** What /proc shows of the daemon. */
    private static final class Proc implements HostTables {
        static final long STARTED = 1;

        private long userId;
        private long nowNanos;

        @Override
        public ObservedTime now() {
            return new ObservedTime(nowNanos, nowNanos);
        }

        @Override
        public long userId(int pid) {
            return userId;
        }

        @Override
        public long startNanos(int pid) {
            return STARTED;
        }

        @Override
        public List<ProcessInfo> processes() {
            throw new UnsupportedOperationException();
        }

        @Override
        public @Nullable ProcessInfo process(int pid) {
            throw new UnsupportedOperationException();
        }

        @Override
        public @Nullable String workingDirectory(int pid) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isRunning(ProcessIdentity process) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SocketSnapshot look() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<IpAddress> localAddresses() {
            throw new UnsupportedOperationException();
        }
    }
}
