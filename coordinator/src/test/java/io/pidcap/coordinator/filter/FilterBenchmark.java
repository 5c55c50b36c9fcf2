package io.pidcap.coordinator.filter;

import io.pidcap.coordinator.attribution.History;
import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.filter.FilterCommand.Finish;
import io.pidcap.coordinator.filter.FilterCommand.ProgressArrived;
import io.pidcap.coordinator.filter.FilterCommand.RunOpened;
import io.pidcap.coordinator.filter.FilterCommand.SnapshotArrived;
import io.pidcap.coordinator.packet.Packets;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.PcapWriter;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.model.SocketState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * The filter stage as a whole process, to be timed from outside against other tools on the same file. Its arguments:
 *
 * <ul>
 *   <li>{@code generate FILE PACKETS FLOWS}: TCP packets of about 450 bytes, half of them of flows whose local port is
 *       below 30000
 *   <li>{@code filter IN OUT FLOWS}: keeps that half, with so many flows in the timeline
 * </ul>
 */
public final class FilterBenchmark {
    private static final int BASE_PORT = 1024;
    private static final int WANTED_PORTS = 30_000 - BASE_PORT;
    private static final InterfaceDescription INTERFACE =
            new InterfaceDescription("bench", LinkType.ETHERNET, 262144, "");

    private FilterBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("generate")) {
            generate(Path.of(arguments[1]), Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
        } else {
            filter(Path.of(arguments[1]), Path.of(arguments[2]), Integer.parseInt(arguments[3]));
        }
    }

    private static CaptureFileWriter writer(Path file) throws IOException {
        FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        PcapWriter writer = new PcapWriter(channel, file.toString());
        return writer;
    }

    /** The local port of a flow: even ones are wanted. */
    private static int port(int flow) {
        int half = flow / 2;
        return flow % 2 == 0 ? BASE_PORT + half % WANTED_PORTS : 30_000 + half % WANTED_PORTS;
    }

    private static String peer(int flow) {
        return "10.1." + flow / 2 / WANTED_PORTS + ".9";
    }

    private static void generate(Path file, int packets, int flows) throws IOException {
        Random random = new Random(1);
        byte[][] templates = new byte[flows][];
        for (int flow = 0; flow < flows; flow++) {
            byte[] tcp = Packets.tcp(port(flow), 443, Packets.ACK, 1400);
            templates[flow] = Packets.ethernet(0x800, Packets.ipv4(FilterFixture.HERE, peer(flow), 6, tcp));
        }
        try (CaptureFileWriter writer = writer(file)) {
            writer.addInterface(INTERFACE);
            for (int i = 0; i < packets; i++) {
                byte[] packet = templates[random.nextInt(flows)];
                int length = 54 + random.nextInt(760);
                writer.write(
                        0, 1_700_000_000_000_000_000L + i * 1000L, length, ByteBuffer.wrap(packet), 0, length, null);
            }
        }
    }

    private static SnapshotArrived snapshot(int flows) {
        List<SocketEntry> sockets = new ArrayList<>();
        for (int flow = 0; flow < flows; flow++) {
            String tuple = "tcp " + FilterFixture.HERE + ":" + port(flow) + " > " + peer(flow) + ":443";
            sockets.add(History.entry(flow + 1, History.OWN, tuple, SocketState.CONNECTED, 1 + flow % 2));
        }
        SocketSnapshot empty = FilterFixture.snapshot(0).snapshot();
        return new SnapshotArrived(new SocketSnapshot(
                empty.taken(), empty.ownNetnsId(), empty.processes(), sockets, empty.localAddresses()));
    }

    private static void filter(Path in, Path out, int flows) throws Exception {
        RecordingListener listener = new RecordingListener();
        CaptureFileWriter writer = writer(out);
        FilterThread thread = new FilterThread(ProcessSelector.ofNames("p1"), writer, listener);
        thread.start();
        thread.post(snapshot(flows));
        thread.post(new RunOpened(1, List.of(INTERFACE)));
        thread.post(new ProgressArrived(1, 0, 1, in, Files.size(in), true, Long.MAX_VALUE));
        thread.post(new Finish());
        FilterProgress result = listener.finished.get();
        writer.close();
        FilterCounters counters = result.counters();
        if (!counters.balances() || counters.keptPackets() == 0) {
            throw new IllegalStateException(counters.toString());
        }
        System.out.println("received " + counters.receivedPackets() + " kept " + counters.keptPackets());
    }
}
