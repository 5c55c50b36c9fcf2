package io.pidcap.coordinator.filter;

import io.pidcap.coordinator.packet.FragmentTable;
import io.pidcap.coordinator.packet.PacketEndpoints;
import io.pidcap.protocol.file.CapturedPacket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * Later fragments that came before their first one, as they do when a sender or a path turns them round. They are copied
 * here, so that their segment can go, and decided when the first comes; they are then in the output behind it, though
 * their times are earlier. One that waited for {@value #WAIT_MILLIS} ms of packet time, or is the oldest when there are
 * too many, is given up: its first is not in the capture.
 */
final class FragmentHold {
    static final int MAX_PACKETS = 256;
    static final int MAX_BYTES = 4 << 20;
    static final long WAIT_MILLIS = 1000;

    /** A packet that waits. */
    record Held(
            PacketEndpoints endpoints,
            int outputInterface,
            long monotonicNanos,
            long epochNanos,
            int originalLength,
            ByteBuffer bytes) {}

    /** Where packets go that wait no longer. */
    interface Decider {
        /** Its first is known, and {@link Held#endpoints} complete. */
        void decide(Held held) throws IOException;

        void giveUp(Held held) throws IOException;
    }

    private final ArrayDeque<Held> held = new ArrayDeque<>();
    private int bytes;

    int size() {
        return held.size();
    }

    /** Keeps a copy of the packet; the oldest ones make room for it. */
    void add(
            PacketEndpoints endpoints, int outputInterface, long monotonicNanos, CapturedPacket packet, Decider decider)
            throws IOException {
        int length = packet.capturedLength();
        while (!held.isEmpty() && (held.size() >= MAX_PACKETS || bytes + length > MAX_BYTES)) {
            decider.giveUp(remove());
        }
        ByteBuffer copy = ByteBuffer.allocate(length);
        copy.put(0, packet.buffer(), packet.dataOffset(), length);
        held.add(new Held(
                endpoints.copy(), outputInterface, monotonicNanos, packet.epochNanos(), packet.originalLength(), copy));
        bytes += length;
    }

    private Held remove() {
        Held oldest = held.remove();
        bytes -= oldest.bytes().capacity();
        return oldest;
    }

    /** A first fragment has come: decides those of its datagram. */
    void firstCame(PacketEndpoints first, FragmentTable fragments, Decider decider) throws IOException {
        Iterator<Held> all = held.iterator();
        while (all.hasNext()) {
            Held one = all.next();
            if (one.endpoints().isOfSameDatagram(first) && fragments.follow(one.endpoints(), one.monotonicNanos())) {
                all.remove();
                bytes -= one.bytes().capacity();
                decider.decide(one);
            }
        }
    }

    /** Gives up what has waited too long at this time of the packets. */
    void giveUpOld(long monotonicNanos, Decider decider) throws IOException {
        while (!held.isEmpty() && monotonicNanos - held.element().monotonicNanos() > WAIT_MILLIS * 1_000_000) {
            decider.giveUp(remove());
        }
    }

    /** No packet comes any more. */
    void giveUpAll(Decider decider) throws IOException {
        while (!held.isEmpty()) {
            decider.giveUp(remove());
        }
    }
}
