package io.pidcap.coordinator.recovery;

import io.pidcap.coordinator.packet.Packets;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.SocketEntry;
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
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * What a session learns of a {@link RandomHost} and writes into its journal, by chance: workers that die, and what happens
 * meanwhile; lost events; files of a ring.
 */
final class RandomSession {
    private final Random random;
    private final Consumer<JournalRecord> journal;
    private final RandomHost host;
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
        this.host = new RandomHost(random);
        this.journal = journal;
    }

    long now() {
        return host.now();
    }

    private long epochNanos() {
        return RandomHost.at(now()).epochNanos();
    }

    /** @param ring whether the output is one */
    void begin(boolean ring) {
        SessionStarted.Builder head = SessionStarted.newBuilder()
                .setSessionId("random")
                .setStarted(time(now()))
                .addProcessNames("curl")
                .addPids(3)
                .setOutputFile("/tmp/out.pcap")
                .setOutputFormat("pcap");
        if (ring) {
            head.setRotation(OutputRotation.newBuilder().setFileBytes(1).setFiles(3));
        }
        write(JournalRecord.newBuilder().setSessionStarted(head));
        for (int i = 0; i < 4; i++) {
            host.fork();
        }
        beginCaptureRun();
        beginEventRun();
        if (ring) {
            nextFile();
        }
    }

    /** Something happens, and mostly a batch tells of it. */
    void step() {
        host.pass((long) (Math.pow(10, random.nextDouble() * 4.5) * 1_000_000));
        for (int i = random.nextInt(6); i >= 0; i--) {
            host.happen();
        }
        int choice = random.nextInt(60);
        if (choice == 0) {
            endEventRun();
            host.pass(random.nextInt(3) * RandomHost.SECOND);
            for (int i = random.nextInt(8); i > 0; i--) {
                host.happen();
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

    private void batch() {
        int count = 1 + random.nextInt(3);
        host.pass(1);
        ObservedTimeMessage until = time(now());
        for (int i = 0; i < count; i++) {
            boolean last = i == count - 1;
            FlowBatchMessage.Builder piece = FlowBatchMessage.newBuilder();
            number += random.nextInt(40) == 0 ? 1 + random.nextInt(2) : 0;
            piece.setNumber(++number);
            if (i == 0) {
                host.takeProcesses().forEach(info -> piece.addProcesses(EventMapper.toMessage(info)));
            }
            int told = last ? host.untoldEvents() : random.nextInt(host.untoldEvents() + 1);
            host.takeEvents(told).forEach(event -> piece.addEvents(EventMapper.toMessage(event)));
            if (last) {
                host.takeExits().forEach(exit -> piece.addExits(EventMapper.toMessage(exit)));
                piece.setCompleteUntil(until).setLostEvents(random.nextInt(20) == 0 ? random.nextInt(9) : 0);
                if (random.nextInt(30) == 0) {
                    piece.setGap(FlowGapMessage.newBuilder()
                            .setFrom(time(now() - random.nextInt(1 << 30)))
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
                .setEndedEpochNanos(epochNanos())
                .setReason("killed")
                .build();
    }

    private void started(Role role, int run) {
        write(JournalRecord.newBuilder()
                .setWorkerRunStarted(WorkerRunStarted.newBuilder()
                        .setRole(role)
                        .setRun(run)
                        .setPid(1000 + run)
                        .setStartedEpochNanos(epochNanos())));
    }

    private void beginEventRun() {
        started(Role.ROLE_EVENT_WORKER, ++eventRun);
        number = 0;
        host.pass(1);
        List<SnapshotPart.Builder> parts = new ArrayList<>();
        ObservedTimeMessage taken = time(now());
        for (int i = random.nextInt(3); i >= 0; i--) {
            parts.add(SnapshotPart.newBuilder().setTaken(taken).setOwnNetnsId(1));
        }
        host.living().forEach(info -> any(parts).addProcesses(EventMapper.toMessage(info)));
        addresses().forEach(one -> any(parts).addLocalAddresses(EventMapper.toMessage(one)));
        List<RandomHost.OpenSocket> missed = new ArrayList<>();
        for (RandomHost.OpenSocket socket : host.sockets()) {
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
        host.forgetUntold();
        missed.forEach(host::close);
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
                                .setOpening(time(now()))
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
                .setDrainedUntilEpochNanos(epochNanos())
                .setDrainedUntilMonotonicNanos(now())
                .setAnnounced(time(now()));
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

    private static ObservedTimeMessage time(long nanos) {
        return EventMapper.toMessage(RandomHost.at(nanos));
    }

    private void write(JournalRecord.Builder entry) {
        journal.accept(entry.setWrittenEpochNanos(epochNanos()).build());
    }
}
