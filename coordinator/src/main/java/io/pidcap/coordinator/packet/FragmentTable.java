package io.pidcap.coordinator.packet;

import io.pidcap.coordinator.packet.PacketEndpoints.Part;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the ports of first fragments for the later ones of the same datagram. Bounded: {@value #WAYS} places for
 * each of {@value #SETS} hash values, of which the one filled longest ago is given up. Used by one thread.
 */
public final class FragmentTable {
    private static final int SETS = 1024;
    private static final int WAYS = 4;
    /** RFC 8200 section 4.5. Linux waits 30 s (ipfrag_time); an identification that comes later is a new datagram. */
    static final long LIFE_NANOS = 60_000_000_000L;

    private final @Nullable PacketEndpoints[] firsts = new PacketEndpoints[SETS * WAYS];
    private final long[] seenMonotonicNanos = new long[SETS * WAYS];

    public FragmentTable() {
        Arrays.fill(seenMonotonicNanos, Long.MIN_VALUE);
    }

    /**
     * Keeps what a first fragment knows and completes a later one with it; leaves all other packets alone.
     *
     * @return false for a later fragment whose first is not here: it has no ports then
     */
    public boolean follow(PacketEndpoints packet, long monotonicNanos) {
        return switch (packet.part) {
            case WHOLE -> true;
            case FIRST_FRAGMENT -> {
                // The quote in an ICMP error says nothing that the quoted packet itself has not said.
                if (!packet.quoted) {
                    keep(packet, monotonicNanos);
                }
                yield true;
            }
            case LATER_FRAGMENT -> {
                PacketEndpoints first = find(packet, monotonicNanos);
                if (first != null) {
                    packet.takeTransport(first);
                }
                yield first != null;
            }
        };
    }

    private @Nullable PacketEndpoints find(PacketEndpoints packet, long monotonicNanos) {
        int base = base(packet);
        for (int i = base; i < base + WAYS; i++) {
            PacketEndpoints first = firsts[i];
            if (first != null
                    && first.isOfSameDatagram(packet)
                    && Math.abs(monotonicNanos - seenMonotonicNanos[i]) < LIFE_NANOS) {
                return first;
            }
        }
        return null;
    }

    private void keep(PacketEndpoints packet, long monotonicNanos) {
        int base = base(packet);
        int chosen = base;
        for (int i = base; i < base + WAYS; i++) {
            PacketEndpoints first = firsts[i];
            if (first != null && first.isOfSameDatagram(packet)) {
                chosen = i;
                break;
            }
            if (seenMonotonicNanos[i] < seenMonotonicNanos[chosen]) {
                chosen = i;
            }
        }
        PacketEndpoints kept = firsts[chosen];
        if (kept == null) {
            kept = new PacketEndpoints();
            firsts[chosen] = kept;
        }
        kept.part = Part.FIRST_FRAGMENT;
        kept.takeFragmentKey(packet);
        kept.takeTransport(packet);
        seenMonotonicNanos[chosen] = monotonicNanos;
    }

    private static int base(PacketEndpoints packet) {
        return (packet.fragmentHash() & (SETS - 1)) * WAYS;
    }
}
