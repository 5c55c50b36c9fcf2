package io.pidcap.coordinator.recovery;

import io.pidcap.coordinator.packet.Packets;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.v1.CaptureReady;
import io.pidcap.protocol.v1.EventSource;
import io.pidcap.protocol.v1.FlowBatchMessage;
import io.pidcap.protocol.v1.FlowGapMessage;
import io.pidcap.protocol.v1.JournalRecord;
import io.pidcap.protocol.v1.ObservedTimeMessage;
import io.pidcap.protocol.v1.OpenInterface;
import io.pidcap.protocol.v1.OutputFileBegun;
import io.pidcap.protocol.v1.OutputFileEnded;
import io.pidcap.protocol.v1.OutputFileIntended;
import io.pidcap.protocol.v1.OutputRotation;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.v1.RunCaptureReady;
import io.pidcap.protocol.v1.RunFlowBatch;
import io.pidcap.protocol.v1.RunSnapshotPart;
import io.pidcap.protocol.v1.RunSpoolProgress;
import io.pidcap.protocol.v1.RunWatchReady;
import io.pidcap.protocol.v1.SegmentFiltered;
import io.pidcap.protocol.v1.SessionStarted;
import io.pidcap.protocol.v1.SnapshotPart;
import io.pidcap.protocol.v1.SpoolProgress;
import io.pidcap.protocol.v1.StreamPosition;
import io.pidcap.protocol.v1.WatchReady;
import io.pidcap.protocol.v1.WorkerRunEnded;
import io.pidcap.protocol.v1.WorkerRunStarted;
import io.pidcap.protocol.wire.EventMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

/**
 * A host and what a session learns of it, by chance: processes that fork, exec, end and whose pids come again; sockets that
 * are opened, accepted, shared, passed on, closed, and whose ports come again, at times before the end of the one before was
 * told; workers that die, and what happens meanwhile; lost events; files of a ring.
 */
final class RandomSession {
    static final long SECOND = 1_000_000_000L;
    static final List<String> ADDRESSES = List.of("127.0.0.1", "10.0.0.1", "10.9.9.9");
    static final int PORTS = 4;
    private static final long WALL_OFFSET = 1_700_000_000 * SECOND;
    private static final List<String> NAMES = List.of("curl", "sh", "nginx", "make");
    private static final int PIDS = 12;

    private static final class HostSocket {
        final long id;
        final Map<FiveTuple, SocketState> tuples = new LinkedHashMap<>();
        final List<ProcessIdentity> owners = new ArrayList<>();

        HostSocket(long id) {
            this.id = id;
        }
    }

    private final Random random;
    private final Consumer<JournalRecord> journal;
    private final Map<Integer, ProcessInfo> living = new LinkedHashMap<>();
    private final List<HostSocket> sockets = new ArrayList<>();
    private final List<ProcessInfo> processes = new ArrayList<>();
    private final List<FlowEvent> events = new ArrayList<>();
    private final List<ProcessIdentity> exits = new ArrayList<>();
    private long now = SECOND;
    private long nextSocket = 1;
    private int eventRun;
    private long number;
    private int captureRun;
    private int segment = 1;
    private long readable = 24;
    private long packets;
    private long filtered;
    private int file;

    RandomSession(Random random, Consumer<JournalRecord> journal) {
        this.random = random;
        this.journal = journal;
    }

    long now() {
        return now;
    }

    /** @param ring whether the output is one */
    void begin(boolean ring) {
        SessionStarted.Builder head = SessionStarted.newBuilder()
                .setSessionId("random")
                .setStarted(time(now))
                .addProcessNames("curl")
                .addPids(3)
                .setOutputFile("/tmp/out.pcap")
                .setOutputFormat("pcap");
        if (ring) {
            head.setRotation(OutputRotation.newBuilder().setFileBytes(1).setFiles(3));
        }
        write(JournalRecord.newBuilder().setSessionStarted(head));
        for (int i = 0; i < 4; i++) {
            fork();
        }
        beginCaptureRun();
        beginEventRun();
        if (ring) {
            nextFile();
        }
    }

    /** Something happens, and mostly a batch tells of it. */
    void step() {
        now += (long) (Math.pow(10, random.nextDouble() * 4.5) * 1_000_000);
        for (int i = random.nextInt(6); i >= 0; i--) {
            happen();
        }
        int choice = random.nextInt(60);
        if (choice == 0) {
            endEventRun();
            now += random.nextInt(3) * SECOND;
            for (int i = random.nextInt(8); i > 0; i--) {
                happen();
            }
            beginEventRun();
        } else if (choice == 1) {
            write(JournalRecord.newBuilder().setWorkerRunEnded(ended(Role.ROLE_CAPTURE_WORKER, captureRun)));
            beginCaptureRun();
        } else if (choice == 2 && file > 0) {
            endFile();
            nextFile();
        }
        if (random.nextInt(10) > 0) {
            batch();
        }
        if (random.nextInt(3) == 0) {
            progress();
        }
    }

    /** The filter stage was so far. */
    SegmentFiltered checkpoint(long allBefore) {
        filtered += random.nextInt(100);
        SegmentFiltered checkpoint = SegmentFiltered.newBuilder()
                .setRun(captureRun)
                .setOutputBytes(filtered)
                .addPositions(StreamPosition.newBuilder()
                        .setInterface(0)
                        .setSegment(segment)
                        .setBytes(random.nextInt((int) readable + 1)))
                .setAllBeforeMonotonicNanos(allBefore)
                .build();
        write(JournalRecord.newBuilder().setSegmentFiltered(checkpoint));
        return checkpoint;
    }

    private void happen() {
        int choice = random.nextInt(14);
        if (choice < 2 && living.size() < PIDS) {
            fork();
        } else if (choice == 2 && living.size() > 2) {
            exit(anyProcess());
        } else if (choice == 3) {
            exec(anyProcess());
        } else if (choice < 8 && sockets.size() < 20) {
            HostSocket socket = new HostSocket(random.nextInt(8) == 0 ? 1 + random.nextInt(5) : nextSocket++ + 100);
            if (sockets.stream().noneMatch(other -> other.id == socket.id)) {
                sockets.add(socket);
                own(socket, anyTuple(), anyProcess().identity(), Kind.OPENED);
            }
        } else if (!sockets.isEmpty()) {
            use(sockets.get(random.nextInt(sockets.size())), choice);
        }
    }

    private void use(HostSocket socket, int choice) {
        FiveTuple tuple = List.copyOf(socket.tuples.keySet()).get(random.nextInt(socket.tuples.size()));
        switch (choice) {
            case 8 -> own(socket, anyTuple(), anyOwner(socket), Kind.OPENED);
            case 9 -> own(socket, tuple, anyProcess().identity(), Kind.OWNER_JOINED);
            case 10 -> leave(socket, anyOwner(socket));
            default -> close(socket);
        }
    }

    private ProcessIdentity anyOwner(HostSocket socket) {
        return socket.owners.get(random.nextInt(socket.owners.size()));
    }

    private void own(HostSocket socket, FiveTuple tuple, ProcessIdentity owner, Kind kind) {
        SocketState state = socket.tuples.get(tuple);
        if (state == null) {
            state = tuple.isConnected()
                    ? SocketState.CONNECTED
                    : tuple.protocol() == 6 ? SocketState.LISTENING : SocketState.BOUND;
            socket.tuples.put(tuple, state);
        }
        if (!socket.owners.contains(owner)) {
            socket.owners.add(owner);
        }
        tell(kind, socket, tuple, owner);
    }

    private void leave(HostSocket socket, ProcessIdentity owner) {
        if (socket.owners.size() < 2) {
            return;
        }
        socket.owners.remove(owner);
        tell(Kind.OWNER_LEFT, socket, socket.tuples.keySet().iterator().next(), owner);
    }

    private void close(HostSocket socket) {
        sockets.remove(socket);
        tell(Kind.CLOSED, socket, socket.tuples.keySet().iterator().next(), socket.owners.get(0));
    }

    private void tell(Kind kind, HostSocket socket, FiveTuple tuple, ProcessIdentity owner) {
        now += random.nextInt(1000);
        events.add(new FlowEvent(
                kind, instant(now), socket.id, 1, tuple, socket.tuples.getOrDefault(tuple, SocketState.BOUND), owner));
    }

    private FiveTuple anyTuple() {
        int protocol = random.nextBoolean() ? 6 : 17;
        return switch (random.nextInt(4)) {
            case 0 -> new FiveTuple(protocol, end(), Endpoint.NONE);
            case 1 -> new FiveTuple(protocol, new Endpoint(IpAddress.ANY, end().port()), Endpoint.NONE);
            default -> new FiveTuple(protocol, end(), end());
        };
    }

    private Endpoint end() {
        return new Endpoint(
                Packets.address(ADDRESSES.get(random.nextInt(ADDRESSES.size()))), 1 + random.nextInt(PORTS));
    }

    private ProcessInfo anyProcess() {
        List<ProcessInfo> all = List.copyOf(living.values());
        return all.get(random.nextInt(all.size()));
    }

    private void fork() {
        int pid = 1 + random.nextInt(PIDS * 2);
        if (living.containsKey(pid)) {
            return;
        }
        now++;
        ProcessInfo parent = living.isEmpty() ? null : anyProcess();
        String name = parent == null ? "init" : parent.name();
        int parentPid = parent == null ? 0 : parent.identity().pid();
        ProcessInfo child = new ProcessInfo(new ProcessIdentity(pid, now), parentPid, name, name, null, List.of(), 0);
        living.put(pid, child);
        processes.add(child);
    }

    private void exec(ProcessInfo info) {
        now++;
        String name = NAMES.get(random.nextInt(NAMES.size()));
        ProcessInfo next = new ProcessInfo(
                        info.identity(), info.parentPid(), name, name, null, List.of(), random.nextInt(2))
                .withOwnProgramSince(instant(now));
        living.put(info.identity().pid(), random.nextBoolean() ? next : next.withChangedSince(instant(now)));
        processes.add(living.get(info.identity().pid()));
    }

    private void exit(ProcessInfo info) {
        ProcessIdentity identity = info.identity();
        for (HostSocket socket : List.copyOf(sockets)) {
            // An orphan is closed later.
            if (socket.owners.contains(identity) && random.nextInt(5) > 0) {
                if (socket.owners.size() == 1) {
                    close(socket);
                } else {
                    leave(socket, identity);
                }
            }
        }
        living.remove(identity.pid());
        exits.add(identity);
    }

    private void batch() {
        int count = 1 + random.nextInt(3);
        ObservedTimeMessage until = time(++now);
        for (int i = 0; i < count; i++) {
            boolean last = i == count - 1;
            FlowBatchMessage.Builder piece = FlowBatchMessage.newBuilder();
            number += random.nextInt(40) == 0 ? 1 + random.nextInt(2) : 0;
            piece.setNumber(++number);
            if (i == 0) {
                processes.forEach(info -> piece.addProcesses(EventMapper.toMessage(info)));
                processes.clear();
            }
            int told = last ? events.size() : random.nextInt(events.size() + 1);
            events.subList(0, told).forEach(event -> piece.addEvents(EventMapper.toMessage(event)));
            events.subList(0, told).clear();
            if (last) {
                exits.forEach(exit -> piece.addExits(EventMapper.toMessage(exit)));
                exits.clear();
                piece.setCompleteUntil(until).setLostEvents(random.nextInt(20) == 0 ? random.nextInt(9) : 0);
                if (random.nextInt(30) == 0) {
                    piece.setGap(FlowGapMessage.newBuilder()
                            .setFrom(time(now - random.nextInt(1 << 30)))
                            .setUntil(until));
                }
                if (random.nextInt(30) == 0) {
                    piece.setLocalAddressesChanged(true);
                    addresses().forEach(one -> piece.addLocalAddresses(EventMapper.toMessage(one)));
                }
            }
            writePiece(piece);
        }
    }

    private void writePiece(FlowBatchMessage.Builder piece) {
        write(JournalRecord.newBuilder()
                .setFlowBatch(RunFlowBatch.newBuilder().setRun(eventRun).setBatch(piece)));
    }

    private List<LocalAddress> addresses() {
        return random.nextInt(3) == 0 ? List.of() : List.of(new LocalAddress(1, Packets.address("10.0.0.1")));
    }

    private void endEventRun() {
        if (random.nextInt(3) == 0) {
            writePiece(FlowBatchMessage.newBuilder().setNumber(++number));
        }
        write(JournalRecord.newBuilder().setWorkerRunEnded(ended(Role.ROLE_EVENT_WORKER, eventRun)));
    }

    private WorkerRunEnded ended(Role role, int run) {
        return WorkerRunEnded.newBuilder()
                .setRole(role)
                .setRun(run)
                .setEndedEpochNanos(now + WALL_OFFSET)
                .setReason("killed")
                .build();
    }

    private void started(Role role, int run) {
        write(JournalRecord.newBuilder()
                .setWorkerRunStarted(WorkerRunStarted.newBuilder()
                        .setRole(role)
                        .setRun(run)
                        .setPid(1000 + run)
                        .setStartedEpochNanos(now + WALL_OFFSET)));
    }

    private void beginEventRun() {
        started(Role.ROLE_EVENT_WORKER, ++eventRun);
        number = 0;
        now++;
        List<SnapshotPart.Builder> parts = new ArrayList<>();
        ObservedTimeMessage taken = time(now);
        for (int i = random.nextInt(3); i >= 0; i--) {
            parts.add(SnapshotPart.newBuilder().setTaken(taken).setOwnNetnsId(1));
        }
        living.values().forEach(info -> any(parts).addProcesses(EventMapper.toMessage(info)));
        addresses().forEach(one -> any(parts).addLocalAddresses(EventMapper.toMessage(one)));
        List<HostSocket> missed = new ArrayList<>();
        for (HostSocket socket : sockets) {
            // One that is closed while the tables are read: its end is told, and nothing else.
            if (random.nextInt(10) == 0) {
                missed.add(socket);
                continue;
            }
            SnapshotPart.Builder part = any(parts);
            socket.tuples.forEach((tuple, state) -> part.addSockets(
                    EventMapper.toMessage(new SocketEntry(socket.id, 1, tuple, state, socket.owners, 4))));
        }
        parts.get(parts.size() - 1).setLast(true);
        parts.forEach(part -> write(JournalRecord.newBuilder()
                .setSnapshotPart(RunSnapshotPart.newBuilder().setRun(eventRun).setPart(part))));
        processes.clear();
        exits.clear();
        events.clear();
        missed.forEach(this::close);
        write(JournalRecord.newBuilder()
                .setWatchReady(RunWatchReady.newBuilder()
                        .setRun(eventRun)
                        .setReady(WatchReady.newBuilder().setSource(EventSource.EVENT_SOURCE_EBPF))));
    }

    private SnapshotPart.Builder any(List<SnapshotPart.Builder> parts) {
        return parts.get(random.nextInt(parts.size()));
    }

    private void beginCaptureRun() {
        started(Role.ROLE_CAPTURE_WORKER, ++captureRun);
        segment = 1;
        readable = 24;
        packets = 0;
        write(JournalRecord.newBuilder()
                .setCaptureReady(RunCaptureReady.newBuilder()
                        .setRun(captureRun)
                        .setReady(CaptureReady.newBuilder()
                                .setOpening(time(now))
                                .addInterfaces(
                                        OpenInterface.newBuilder().setName("lo").setLinkType(1)))));
    }

    private void progress() {
        boolean ended = random.nextInt(4) == 0;
        readable += random.nextInt(1000);
        packets += random.nextInt(10);
        SpoolProgress.Builder progress = SpoolProgress.newBuilder()
                .setSegment(segment)
                .setFile("run" + captureRun + "-if0-" + segment + ".pcap")
                .setReadableBytes(readable)
                .setEnded(ended)
                .setDrainedUntilEpochNanos(now + WALL_OFFSET)
                .setDrainedUntilMonotonicNanos(now)
                .setAnnounced(time(now));
        progress.getCountersBuilder().setReceivedPackets(packets).setWrittenPackets(packets);
        write(JournalRecord.newBuilder()
                .setSpoolProgress(
                        RunSpoolProgress.newBuilder().setRun(captureRun).setProgress(progress)));
        if (ended) {
            segment++;
            readable = 24;
        }
    }

    private String path() {
        return "/nonexistent/out" + file % 3;
    }

    private void nextFile() {
        file++;
        write(JournalRecord.newBuilder()
                .setOutputFileIntended(OutputFileIntended.newBuilder().setPath(path())));
        write(JournalRecord.newBuilder()
                .setOutputFileBegun(OutputFileBegun.newBuilder().setPath(path()).setInode(file)));
    }

    private void endFile() {
        filtered += 10;
        write(JournalRecord.newBuilder()
                .setOutputFileEnded(OutputFileEnded.newBuilder()
                        .setPath(path())
                        .setPackets(random.nextInt(50))
                        .setBytes(file)
                        .setCheckpoint(
                                SegmentFiltered.newBuilder().setRun(captureRun).setOutputBytes(filtered))));
    }

    private static ObservedTime instant(long nanos) {
        return new ObservedTime(nanos, nanos + WALL_OFFSET);
    }

    private static ObservedTimeMessage time(long nanos) {
        return EventMapper.toMessage(instant(nanos));
    }

    private void write(JournalRecord.Builder entry) {
        journal.accept(entry.setWrittenEpochNanos(now + WALL_OFFSET).build());
    }
}
