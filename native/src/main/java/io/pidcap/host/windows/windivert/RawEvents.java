package io.pidcap.host.windows.windivert;

import io.pidcap.host.HostException;
import java.util.ArrayList;
import java.util.List;

/** The records of both layers as WinDivert gives them. One thread. */
public final class RawEvents implements AutoCloseable {
    private static final int MOST_WAITING = 1 << 17;

    private final RecordQueue queue = new RecordQueue(MOST_WAITING);
    private final List<RecordReceiver> receivers = new ArrayList<>();
    private final String source;

    /** @throws HostException why WinDivert does not open */
    public RawEvents() {
        WinDivertLibrary library = WinDivert.load();
        try {
            WinDivertHandle socketLayer = WinDivertHandle.openSocketLayer(library);
            receivers.add(RecordReceiver.start(socketLayer, queue, "windivert-socket"));
            receivers.add(RecordReceiver.start(WinDivertHandle.openFlowLayer(library), queue, "windivert-flow"));
            source = "WinDivert " + socketLayer.version() + ", " + WinDivert.loadedFrom();
        } catch (HostException e) {
            close();
            throw e;
        }
    }

    /** Which WinDivert it is, for people. */
    public String source() {
        return source;
    }

    /**
     * What has come; waits for it until {@link System#nanoTime} is {@code untilNanos} at most.
     *
     * @throws HostException what the driver says when it breaks
     */
    public List<byte[]> take(long untilNanos) {
        queue.requireIntact();
        List<byte[]> taken = new ArrayList<>();
        byte[] first = queue.poll(Math.max(0, untilNanos - System.nanoTime()));
        if (first != null) {
            taken.add(first);
            queue.drainTo(taken);
        }
        return taken;
    }

    /** How many found no place since the last call. */
    public long takeDropped() {
        return queue.takeDropped();
    }

    @Override
    public void close() {
        receivers.forEach(RecordReceiver::close);
        receivers.clear();
    }
}
