package io.pidcap.host.windows.windivert;

import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.IpAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * WINDIVERT_ADDRESS (windivert.h, version 2.2) of the FLOW and the SOCKET layer: bytes to records. What stands behind the
 * protocol is padding and holds anything.
 */
final class WinDivertAddressLayout {
    static final int BYTES = 80;

    static final int TIMESTAMP = 0;
    static final int LAYER = 8;
    static final int EVENT = 9;
    static final int ENDPOINT_ID = 16;
    static final int PROCESS_ID = 32;
    static final int LOCAL_ADDRESS = 36;
    static final int REMOTE_ADDRESS = 52;
    static final int LOCAL_PORT = 68;
    static final int REMOTE_PORT = 70;
    static final int PROTOCOL = 72;

    private WinDivertAddressLayout() {}

    /** Null: no event of these layers, or not of their length. */
    static @Nullable WinDivertRecord parse(byte[] bytes) {
        if (bytes.length != BYTES) {
            return null;
        }
        ByteBuffer address = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        WinDivertEvent event = WinDivertEvent.of(address.get(LAYER) & 0xff, address.get(EVENT) & 0xff);
        if (event == null) {
            return null;
        }
        return new WinDivertRecord(
                event,
                address.getLong(TIMESTAMP),
                address.getLong(ENDPOINT_ID),
                address.getInt(PROCESS_ID),
                address.get(PROTOCOL) & 0xff,
                endpoint(address, LOCAL_ADDRESS, LOCAL_PORT),
                endpoint(address, REMOTE_ADDRESS, REMOTE_PORT));
    }

    /** The address stands as one number of 128 bits; its IPv4-mapped form is an IPv4 address. */
    private static Endpoint endpoint(ByteBuffer address, int addressAt, int portAt) {
        long low = address.getLong(addressAt);
        long high = address.getLong(addressAt + Long.BYTES);
        return new Endpoint(IpAddress.of(high, low), address.getShort(portAt) & 0xffff);
    }
}
