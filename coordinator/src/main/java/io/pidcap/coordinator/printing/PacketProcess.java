package io.pidcap.coordinator.printing;

/**
 * Whose a packet is.
 *
 * @param name empty: not known
 * @param pid -1: not known
 * @param reason why it is taken for this process's, as {@link io.pidcap.coordinator.attribution.AttributionReason}
 *     says it; empty: not known
 * @param peerName of the process at the other end, where that is local too; empty: not known
 * @param peerPid -1: not known
 */
public record PacketProcess(String name, long pid, String reason, String peerName, long peerPid) {
    public static final PacketProcess UNKNOWN = new PacketProcess("", -1, "", "", -1);

    public boolean isKnown() {
        return !name.isEmpty() || pid >= 0;
    }

    public boolean hasPeer() {
        return !peerName.isEmpty() || peerPid >= 0;
    }
}
