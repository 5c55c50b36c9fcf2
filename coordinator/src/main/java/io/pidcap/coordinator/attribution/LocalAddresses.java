package io.pidcap.coordinator.attribution;

import io.pidcap.coordinator.packet.AddressBits;
import io.pidcap.protocol.model.LocalAddress;
import java.util.Collection;

/**
 * The host's own addresses, for each network namespace. A change is told some time after it happened, so until the
 * filter stage has passed that moment both the old and the new addresses count.
 */
final class LocalAddresses {
    private final AddressSet.Builder nothing = new AddressSet.Builder(0);
    private AddressSet now = nothing.build();
    private AddressSet before = nothing.build();
    private long changedMonotonicNanos = Long.MIN_VALUE;

    /** From {@code monotonicNanos} on, these are all. */
    void replace(Collection<LocalAddress> addresses, Namespaces namespaces, long monotonicNanos) {
        AddressSet.Builder next = new AddressSet.Builder(addresses.size());
        for (LocalAddress address : addresses) {
            next.add(
                    namespaces.indexOf(address.netnsId()),
                    address.address().high(),
                    address.address().low());
        }
        before = before.isEmpty() ? now : before.union(now);
        now = next.build();
        changedMonotonicNanos = monotonicNanos;
    }

    /** What the answers say may be another before this time than from it on. */
    long changedMonotonicNanos() {
        return changedMonotonicNanos;
    }

    /** In the namespace of the capture. */
    boolean isOwn(long high, long low, long monotonicNanos) {
        return AddressBits.isLoopback(high, low) || isIn(Namespaces.OWN, high, low, monotonicNanos);
    }

    boolean isIn(int namespace, long high, long low, long monotonicNanos) {
        return now.contains(namespace, high, low)
                || (monotonicNanos < changedMonotonicNanos && before.contains(namespace, high, low));
    }

    /** True if there was something to forget. */
    boolean forgetBefore(long monotonicNanos) {
        if (changedMonotonicNanos >= monotonicNanos || before.isEmpty()) {
            return false;
        }
        before = nothing.build();
        return true;
    }
}
