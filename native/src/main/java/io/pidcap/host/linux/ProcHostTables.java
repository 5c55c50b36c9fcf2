package io.pidcap.host.linux;

import io.pidcap.host.HostClock;
import io.pidcap.host.HostException;
import io.pidcap.host.linux.bpf.HostTables;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** What the exact source of events takes from /proc. One thread at a time, but for {@link #look}. */
final class ProcHostTables implements HostTables {
    private static final int MOST_TABLE_BYTES = 1 << 26;
    /** Terminated: nobody has waited for it yet; and dead. */
    private static final String ENDED_STATES = "ZX";

    private final ProcRoot proc;
    private final HostClock clock;
    private final boolean withArguments;
    private final ProcessInfoReader infos;
    private final AddressFile ipv4 = new AddressFile(LocalAddresses::parseFibTrie);
    private final AddressFile ipv6 = new AddressFile(LocalAddresses::parseIfInet6);

    /** A file that is asked for every second and hardly ever changes: it is parsed only when it did. */
    private static final class AddressFile {
        private final BiFunction<byte[], Integer, Set<IpAddress>> parser;
        private byte[] text = {};
        private Set<IpAddress> addresses = Set.of();

        AddressFile(BiFunction<byte[], Integer, Set<IpAddress>> parser) {
            this.parser = parser;
        }

        Set<IpAddress> parse(byte[] bytes, int length) {
            if (!Arrays.equals(bytes, 0, length, text, 0, text.length)) {
                text = Arrays.copyOf(bytes, length);
                addresses = parser.apply(text, length);
            }
            return addresses;
        }
    }

    ProcHostTables(ProcRoot proc, HostClock clock, boolean withArguments) {
        this.proc = proc;
        this.clock = clock;
        this.withArguments = withArguments;
        infos = new ProcessInfoReader(proc, withArguments);
    }

    @Override
    public ObservedTime now() {
        return clock.now();
    }

    @Override
    public List<ProcessInfo> processes() {
        List<ProcessInfo> processes = new ArrayList<>();
        for (int pid : pids()) {
            ProcessInfo info = process(pid);
            if (info != null) {
                processes.add(info);
            }
        }
        return processes;
    }

    private int[] pids() {
        try {
            return proc.pids();
        } catch (IOException e) {
            throw new HostException(
                    HostException.Code.IO, "list the processes below " + proc.name("") + ": " + e.getMessage(), "", e);
        }
    }

    @Override
    public @Nullable ProcessInfo process(int pid) {
        ProcStat stat = infos.readStat(pid);
        if (stat == null) {
            return null;
        }
        return stat.kernelThread() ? kernelThread(stat) : infos.read(stat, infos.readExecutable(pid));
    }

    /** It has neither an executable nor arguments to look for. */
    private static ProcessInfo kernelThread(ProcStat stat) {
        return new ProcessInfo(
                new ProcessIdentity(stat.pid(), stat.startNanos()),
                stat.parentPid(),
                stat.comm(),
                stat.comm(),
                null,
                List.of(),
                0);
    }

    @Override
    public long userId(int pid) {
        return infos.readUserId(pid);
    }

    @Override
    public @Nullable String workingDirectory(int pid) {
        return proc.linkOrNull(pid + "/cwd");
    }

    @Override
    public long startNanos(int pid) {
        ProcStat stat = infos.readStat(pid);
        return stat == null ? 0 : stat.startNanos();
    }

    @Override
    public boolean isRunning(ProcessIdentity process) {
        ProcStat stat = infos.readStat(process.pid());
        return stat != null
                && stat.startNanos() == process.startNanos()
                && (stat.threads() > 1 || ENDED_STATES.indexOf(stat.state()) < 0);
    }

    @Override
    public SocketSnapshot look() {
        return new ProcSocketTable(proc.another(), clock, withArguments, 1)
                .look(true)
                .toSnapshot();
    }

    @Override
    public List<IpAddress> localAddresses() {
        List<IpAddress> addresses = new ArrayList<>();
        try {
            int length = proc.read("self/net/fib_trie", MOST_TABLE_BYTES);
            addresses.addAll(ipv4.parse(proc.buffer(), length));
            if (proc.exists("self/net/if_inet6")) {
                length = proc.read("self/net/if_inet6", MOST_TABLE_BYTES);
                addresses.addAll(ipv6.parse(proc.buffer(), length));
            }
        } catch (IOException e) {
            throw new HostException(
                    HostException.Code.IO, "read the addresses of this host from /proc: " + e.getMessage(), "", e);
        }
        return addresses;
    }
}
