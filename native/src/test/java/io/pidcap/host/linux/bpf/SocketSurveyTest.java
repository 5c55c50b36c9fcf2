package io.pidcap.host.linux.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.HostBackends;
import io.pidcap.host.RequiredFeature;
import io.pidcap.host.SocketActor;
import io.pidcap.host.polling.Look;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Both ways to list who has which socket find the same. */
class SocketSurveyTest {
    /** Of the tables only what the survey asks for: the look at /proc as the backend takes it. */
    private static final class Look implements HostTables {
        @Override
        public SocketSnapshot look() {
            return HostBackends.forThisHost().socketSnapshot();
        }

        @Override
        public ObservedTime now() {
            throw new UnsupportedOperationException();
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
        public long userId(int pid) {
            throw new UnsupportedOperationException();
        }

        @Override
        public @Nullable String workingDirectory(int pid) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long startNanos(int pid) {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isRunning(ProcessIdentity process) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<IpAddress> localAddresses() {
            throw new UnsupportedOperationException();
        }
    }

    private static Set<HeldSocket> of(List<HeldSocket> held, int pid) {
        return held.stream().filter(each -> each.tgid() == pid).collect(Collectors.toSet());
    }

    @Test
    void shouldFindTheSameByTheIteratorAndBySockDiag() {
        SocketActor.require();
        RequiredFeature.requireRoot();
        Ebpf.requireFeature("events-snapshot");
        try (PythonActor actor = PythonActor.start();
                SocketSurvey iterator = IteratorSurvey.open(LibBpf.get());
                SocketSurvey diag = new DiagSurvey(new Look())) {
            actor.run(
                    "l = tcp(AF_INET6); l.bind(('::', 0)); l.listen()",
                    "c = tcp(); c.connect(('127.0.0.1', l.getsockname()[1]))",
                    "a = l.accept()[0]",
                    "u = udp(); u.bind(('127.0.0.1', 0))",
                    "v = udp(AF_INET6); v.connect(('::1', 9))",
                    "import ctypes",
                    "assert ctypes.CDLL(None).unshare(0x40000000) == 0",
                    "w = udp(); w.bind(('0.0.0.0', 0))",
                    "many = [udp() for i in range(400)]",
                    "for s in many: s.bind(('0.0.0.0', 0))");
            Set<HeldSocket> byIterator = of(iterator.survey(), actor.pid());
            assertThat(byIterator).hasSize(406);
            assertThat(byIterator).extracting(HeldSocket::cookie).doesNotHaveDuplicates();
            assertThat(of(diag.survey(), actor.pid())).isEqualTo(byIterator);
        }
    }
}
