package io.pidcap.coordinator.printing;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A packet in one line of JSON; what is not known is left out.
 *
 * @param time UTC, ISO 8601, with nanoseconds
 * @param epochNanos the same time, as a text: many readers of JSON keep 53 bits of a number
 * @param capturedLength in bytes, with {@code length}, which it had on the wire
 * @param network such as {@code IP}; with {@code protocol} it is left out where the packet could not be decoded
 */
@JsonInclude(Include.NON_EMPTY)
public record PacketJson(
        String time,
        String epochNanos,
        @Nullable ProcessPart process,
        String interfaceName,
        String linkType,
        int length,
        int capturedLength,
        @Nullable EndPart source,
        @Nullable EndPart destination,
        String network,
        String protocol,
        String detail) {

    /** Whose it is, and why. */
    @JsonInclude(Include.NON_EMPTY)
    public record ProcessPart(
            String name,
            @Nullable Long pid,
            String reason,
            @Nullable ProcessPart peer) {}

    /** One of its ends. */
    @JsonInclude(Include.NON_EMPTY)
    public record EndPart(
            String mac, String address, @Nullable Integer port) {}

    /** Loading the mapper costs a tenth of a second: only who needs it pays. */
    private static final class Holder {
        static final JsonMapper MAPPER = JsonMapper.shared();
    }

    /** Without a line break. */
    public static String line(DecodedPacket packet, PacketProcess process) {
        return Holder.MAPPER.writeValueAsString(of(packet, process));
    }

    private static PacketJson of(DecodedPacket packet, PacketProcess process) {
        return new PacketJson(
                PacketLine.instant(packet.epochNanos()).toString(),
                Long.toString(packet.epochNanos()),
                process.isKnown() ? processPart(process) : null,
                packet.interfaceName(),
                packet.linkType().toString(),
                packet.originalLength(),
                packet.capturedLength(),
                end(packet.sourceMac(), packet.sourceAddress(), packet.sourcePort()),
                end(packet.destinationMac(), packet.destinationAddress(), packet.destinationPort()),
                packet.network(),
                packet.protocol(),
                packet.detail());
    }

    private static ProcessPart processPart(PacketProcess process) {
        ProcessPart peer =
                process.hasPeer() ? new ProcessPart(process.peerName(), pid(process.peerPid()), "", null) : null;
        return new ProcessPart(process.name(), pid(process.pid()), process.reason(), peer);
    }

    private static @Nullable Long pid(long pid) {
        return pid < 0 ? null : pid;
    }

    private static @Nullable EndPart end(String mac, String address, int port) {
        boolean known = !mac.isEmpty() || !address.isEmpty();
        return known ? new EndPart(mac, address, port < 0 ? null : port) : null;
    }
}
