package io.pidcap.host.linux.bpf;

import io.pidcap.host.FlowEventCollector;
import io.pidcap.host.FlowEventSource;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.TransportProtocol;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The source at work, and questions to what it has told. */
final class Watched implements AutoCloseable {
    final FlowEventSource source;
    final FlowEventCollector collector;

    private Watched(FlowEventSource source) {
        this.source = source;
        collector = FlowEventCollector.begin(source);
    }

    static Watched begin() {
        return begin(Ebpf.open());
    }

    /** @param source which this object closes */
    static Watched begin(FlowEventSource source) {
        try {
            return new Watched(source);
        } catch (RuntimeException | Error e) {
            source.close();
            throw e;
        }
    }

    static Endpoint end(String address, int port) {
        try {
            return new Endpoint(IpAddress.ofBytes(InetAddress.getByName(address).getAddress()), port);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static FiveTuple tcp(Endpoint local, Endpoint remote) {
        return new FiveTuple(TransportProtocol.TCP, local, remote);
    }

    static FiveTuple udp(Endpoint local, Endpoint remote) {
        return new FiveTuple(TransportProtocol.UDP, local, remote);
    }

    static Predicate<FlowEvent> opened(FiveTuple tuple) {
        return event -> event.kind() == Kind.OPENED && event.tuple().equals(tuple);
    }

    static Predicate<FlowEvent> is(Kind kind, long socketId, int pid) {
        return event -> event.kind() == kind
                && event.socketId() == socketId
                && event.owner().pid() == pid;
    }

    FlowEvent await(Predicate<FlowEvent> wanted) {
        return collector.await(wanted);
    }

    FlowEvent awaitOpened(FiveTuple tuple) {
        return collector.await(opened(tuple));
    }

    /** Everything that happened before this call was told after it. */
    void catchUp() {
        collector.catchUp();
    }

    ProcessInfo info(FlowEvent event) {
        ProcessInfo info = collector.processes.get(event.owner());
        if (info == null) {
            throw new AssertionError("no process of " + event);
        }
        return info;
    }

    List<FlowEvent> of(Predicate<FlowEvent> wanted) {
        return collector.events.stream().filter(wanted).toList();
    }

    /** Who owns each socket now, as the snapshot and all events so far tell. */
    Map<Long, Set<Integer>> owners() {
        Map<Long, Set<Integer>> owners = new HashMap<>();
        for (SocketEntry socket : collector.snapshot.sockets()) {
            Set<Integer> pids = owners.computeIfAbsent(socket.socketId(), key -> new HashSet<>());
            socket.owners().forEach(owner -> pids.add(owner.pid()));
        }
        for (FlowEvent event : collector.events) {
            Set<Integer> pids = owners.computeIfAbsent(event.socketId(), key -> new HashSet<>());
            switch (event.kind()) {
                case OPENED, OWNER_JOINED -> pids.add(event.owner().pid());
                case OWNER_LEFT -> pids.remove(event.owner().pid());
                case CLOSED -> pids.clear();
            }
        }
        return owners;
    }

    @Override
    public void close() {
        source.close();
    }
}
