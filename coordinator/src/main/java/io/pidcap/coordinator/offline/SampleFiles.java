package io.pidcap.coordinator.offline;

import io.pidcap.coordinator.journal.FlowJournal;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.PcapWriter;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.model.TransportProtocol;
import io.pidcap.protocol.wire.FlowBatchSplitter;
import io.pidcap.protocol.wire.SnapshotSplitter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * A capture of two packets, one of a process named {@code sample}, and the journal that tells so: the build has them
 * filtered once, to learn which classes that needs, and archives these.
 */
public final class SampleFiles {
    private static final long NETNS_ID = 1;
    private static final long EPOCH_NANOS = 1_700_000_000_000_000_000L;
    private static final IpAddress HERE = IpAddress.ofIpv4(0x0a00_0001);
    private static final IpAddress PEER = IpAddress.ofIpv4(0x0a00_0002);
    private static final int FRAME_BYTES = 60;

    private SampleFiles() {}

    /** @param arguments the directory in which {@code sample.pcap} and {@code journal} are made */
    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        writeCapture(directory.resolve("sample.pcap"));
        writeJournal(directory.resolve("journal"));
    }

    private static void writeCapture(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (PcapWriter writer = new PcapWriter(channel, file.toString())) {
            writer.addInterface(new InterfaceDescription("sample0", LinkType.ETHERNET, 262144, ""));
            for (int port = 1; port <= 2; port++) {
                writer.write(0, EPOCH_NANOS + port, FRAME_BYTES, frame(port), 0, FRAME_BYTES, null);
            }
        }
    }

    /** Ethernet, IPv4, TCP. */
    private static ByteBuffer frame(int localPort) {
        ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES);
        frame.putShort(12, (short) 0x0800).putInt(14, 0x4500_0000 | (FRAME_BYTES - 14));
        frame.putInt(22, 0x4006_0000).putInt(26, (int) HERE.low()).putInt(30, (int) PEER.low());
        return frame.putShort(34, (short) localPort).putShort(36, (short) 443).putShort(46, (short) 0x5010);
    }

    private static void writeJournal(Path file) throws IOException {
        SocketSnapshot snapshot = new SocketSnapshot(
                new ObservedTime(1, EPOCH_NANOS),
                NETNS_ID,
                List.of(process(1, "sample")),
                List.of(new SocketEntry(1, NETNS_ID, tuple(1), SocketState.CONNECTED, List.of(identity(1)))),
                List.of(new LocalAddress(NETNS_ID, HERE)));
        FlowBatch batch = new FlowBatch(
                List.of(process(2, "other")),
                List.of(new FlowEvent(
                        FlowEvent.Kind.OPENED,
                        new ObservedTime(2, EPOCH_NANOS + 1),
                        2,
                        NETNS_ID,
                        tuple(2),
                        SocketState.CONNECTED,
                        identity(2))),
                List.of(),
                false,
                List.of(),
                0,
                new ObservedTime(3, EPOCH_NANOS + 2));
        try (FlowJournal journal = FlowJournal.create(file, FlowJournal.NEVER_COMPACTED, SampleFiles::failed)) {
            new SnapshotSplitter(snapshot).forEachRemaining(part -> journal.snapshotPart(1, part));
            new FlowBatchSplitter().split(batch).forEachRemaining(piece -> journal.flowBatch(1, piece));
        }
    }

    private static void failed(IOException cause) {
        throw new UncheckedIOException(cause);
    }

    private static FiveTuple tuple(int localPort) {
        return new FiveTuple(TransportProtocol.TCP, new Endpoint(HERE, localPort), new Endpoint(PEER, 443));
    }

    private static ProcessIdentity identity(int pid) {
        return new ProcessIdentity(pid, 1);
    }

    private static ProcessInfo process(int pid, String name) {
        return new ProcessInfo(identity(pid), 1, name, name, null, List.of(), 0);
    }
}
