package io.pidcap.host.linux.bpf;

import io.pidcap.protocol.model.TransportProtocol;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Tells the programs which ports are taken by sockets that are older than they, so that they know when a port is shared;
 * and reads their counts of what was lost. Both are memory that the programs read and write at the same time.
 */
final class PortTable implements AutoCloseable {
    private static final int PORTS = 65536;
    private static final long PORT_TABLE_BYTES = 2L * PORTS * FlowRecordLayout.PORT_BYTES;
    private static final long ONE_PROCESS = 1;
    private static final long SEVERAL = 2;

    private final SharedMemory ports;
    private final SharedMemory numbers;
    private final Map<Integer, OlderUse> older = new HashMap<>();
    private long olderRawSenders;
    private long lostBefore;

    private static final class OlderUse {
        private int sockets;
        private int firstPid;
        private long told;
    }

    private PortTable(SharedMemory ports, Supplier<SharedMemory> numbers) {
        this.ports = ports;
        try {
            this.numbers = numbers.get();
        } catch (RuntimeException e) {
            ports.close();
            throw e;
        }
    }

    /** Maps {@code ports} and {@code numbers} of a loaded object. */
    static PortTable of(BpfObject object) {
        return new PortTable(
                SharedMemory.map(object.mapDescriptor("ports"), 0, PORT_TABLE_BYTES, true, "the table of ports"),
                () -> SharedMemory.map(
                        object.mapDescriptor("numbers"), 0, SharedMemory.pageSize(), true, "the table of numbers"));
    }

    /** One that no program reads. */
    static PortTable unread() {
        return new PortTable(
                SharedMemory.unshared(PORT_TABLE_BYTES, "a table of ports"),
                () -> SharedMemory.unshared(SharedMemory.pageSize(), "a table of numbers"));
    }

    /** A socket that was there before the programs has a port. */
    void addOlder(int protocol, int port, List<KnownProcess> owners) {
        int index = index(protocol, port);
        OlderUse use = older.computeIfAbsent(index, key -> new OlderUse());
        use.sockets++;
        for (int i = 0; i < owners.size(); i++) {
            int pid = owners.get(i).identity.pid();
            use.firstPid = use.firstPid == 0 ? pid : use.firstPid;
            use.told = Math.max(use.told, pid == use.firstPid ? ONE_PROCESS : SEVERAL);
        }
        tell(index, use.told);
    }

    void removeOlder(int protocol, int port) {
        OlderUse use = older.get(index(protocol, port));
        if (use != null && --use.sockets == 0) {
            older.remove(index(protocol, port));
            tell(index(protocol, port), 0);
        }
    }

    private void tell(int index, long use) {
        int at = index * FlowRecordLayout.PORT_BYTES;
        ports.setRelease(at + FlowRecordLayout.PORT_OLDER, use);
        ports.setRelease(at + FlowRecordLayout.PORT_QUIET, 0);
    }

    private static int index(int protocol, int port) {
        return (protocol == TransportProtocol.TCP ? 0 : PORTS) + port;
    }

    void addOlderRawSenders(int more) {
        olderRawSenders += more;
        numbers.setRelease(FlowRecordLayout.OLDER_RAW_SENDERS * FlowRecordLayout.NUMBER_BYTES, olderRawSenders);
    }

    /** Whether the next record wakes the reader, see {@link ReadingPace}; the program that does it takes it back. */
    void setReaderWaits(boolean waits) {
        numbers.setRelease(FlowRecordLayout.READER_WAITS * FlowRecordLayout.NUMBER_BYTES, waits ? 1 : 0);
    }

    /** Records that found no room, and sockets without a state, since the last call. */
    long takeLost() {
        long lost = numbers.getAcquire(FlowRecordLayout.LOST_RECORDS * FlowRecordLayout.NUMBER_BYTES)
                + numbers.getAcquire(FlowRecordLayout.LOST_STATES * FlowRecordLayout.NUMBER_BYTES);
        long since = lost - lostBefore;
        lostBefore = lost;
        return since;
    }

    /** Records that found no room in the ring, since the programs are attached. */
    long lostRecords() {
        return numbers.getAcquire(FlowRecordLayout.LOST_RECORDS * FlowRecordLayout.NUMBER_BYTES);
    }

    @Override
    public void close() {
        ports.close();
        numbers.close();
    }
}
