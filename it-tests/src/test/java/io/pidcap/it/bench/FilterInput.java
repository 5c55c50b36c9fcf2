package io.pidcap.it.bench;

import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.JournalWriter;
import io.pidcap.protocol.file.PcapWriter;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
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
import io.pidcap.protocol.v1.JournalRecord;
import io.pidcap.protocol.v1.RunSnapshotPart;
import io.pidcap.protocol.wire.SnapshotSplitter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * TCP connections of one host, of which every other one is of the wanted process; its local ports are the lower ones.
 * The same numbers give the same bytes.
 */
final class FilterInput {
    static final String WANTED = "wanted";
    static final int FIRST_WANTED_PORT = 1024;
    static final int LAST_WANTED_PORT = 29_999;

    private static final int PORTS = LAST_WANTED_PORT + 1 - FIRST_WANTED_PORT;
    private static final int FIRST_OTHER_PORT = 30_000;
    private static final IpAddress HERE = IpAddress.ofIpv4(0x0a00_0001);
    private static final int FIRST_PEER = 0x0a01_0001;
    private static final long START_EPOCH_NANOS = 1_700_000_000_000_000_000L;
    private static final long NETNS_ID = 1;
    private static final int HEADER_BYTES = 54;
    private static final int MOST_PAYLOAD_BYTES = 760;

    private final int flows;

    /** @param flows in all */
    FilterInput(int flows) {
        this.flows = flows;
    }

    private static boolean isWanted(int flow) {
        return flow % 2 == 0;
    }

    static int localPort(int flow) {
        return (isWanted(flow) ? FIRST_WANTED_PORT : FIRST_OTHER_PORT) + flow / 2 % PORTS;
    }

    private static int peer(int flow) {
        return FIRST_PEER + flow / 2 / PORTS;
    }

    /** Packets of 54 to 814 bytes, 450 in the middle, of all flows by chance. */
    void writeCapture(Path file, int packets) throws IOException {
        Random random = new Random(1);
        byte[] payload = new byte[MOST_PAYLOAD_BYTES];
        random.nextBytes(payload);
        ByteBuffer packet = ByteBuffer.allocateDirect(HEADER_BYTES + MOST_PAYLOAD_BYTES);
        packet.put(HEADER_BYTES, payload);
        try (PcapWriter writer = new PcapWriter(channel(file), file.toString())) {
            writer.addInterface(new InterfaceDescription("bench0", LinkType.ETHERNET, 262144, ""));
            for (int i = 0; i < packets; i++) {
                int length = HEADER_BYTES + random.nextInt(MOST_PAYLOAD_BYTES);
                header(packet, random.nextInt(flows), length, i);
                writer.write(0, START_EPOCH_NANOS + i * 1000L, length, packet, 0, length, null);
            }
        }
    }

    /** Ethernet, IPv4, TCP; checksums are left 0, as offloading leaves them. Every third packet comes in. */
    private static void header(ByteBuffer packet, int flow, int length, int number) {
        boolean incoming = number % 3 == 0;
        int here = 0x0a00_0001;
        packet.putLong(0, 0x0200_0000_0002_0200L).putInt(8, 1).putShort(12, (short) 0x0800);
        packet.putInt(14, 0x4500_0000 | (length - 14))
                .putInt(18, number << 16 | 0x4000)
                .putInt(22, 0x4006_0000);
        packet.putInt(26, incoming ? peer(flow) : here).putInt(30, incoming ? here : peer(flow));
        packet.putShort(34, (short) (incoming ? 443 : localPort(flow)));
        packet.putShort(36, (short) (incoming ? localPort(flow) : 443));
        packet.putInt(38, number).putInt(42, number).putInt(46, 0x5010_ffff).putInt(50, 0);
    }

    /** A session's journal whose one snapshot knows all flows. */
    void writeJournal(Path file) throws IOException {
        try (JournalWriter writer = new JournalWriter(channel(file), file.toString())) {
            new SnapshotSplitter(snapshot())
                    .forEachRemaining(part -> append(
                            writer,
                            JournalRecord.newBuilder()
                                    .setSnapshotPart(RunSnapshotPart.newBuilder()
                                            .setRun(1)
                                            .setPart(part))
                                    .build()));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void append(JournalWriter writer, JournalRecord entry) {
        try {
            writer.append(entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SocketSnapshot snapshot() {
        List<ProcessInfo> processes = List.of(process(100, WANTED), process(101, "other"));
        List<SocketEntry> sockets = new ArrayList<>(flows);
        for (int flow = 0; flow < flows; flow++) {
            FiveTuple tuple = new FiveTuple(
                    TransportProtocol.TCP,
                    new Endpoint(HERE, localPort(flow)),
                    new Endpoint(IpAddress.ofIpv4(peer(flow)), 443));
            ProcessInfo owner = processes.get(isWanted(flow) ? 0 : 1);
            sockets.add(new SocketEntry(flow + 1L, NETNS_ID, tuple, SocketState.CONNECTED, List.of(owner.identity())));
        }
        return new SocketSnapshot(
                new ObservedTime(1, START_EPOCH_NANOS - 1_000_000_000L),
                NETNS_ID,
                processes,
                sockets,
                List.of(new LocalAddress(NETNS_ID, HERE)));
    }

    private static ProcessInfo process(int pid, String name) {
        return new ProcessInfo(new ProcessIdentity(pid, 1), 1, name, name, null, List.of(), 0);
    }

    private static FileChannel channel(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }
}
