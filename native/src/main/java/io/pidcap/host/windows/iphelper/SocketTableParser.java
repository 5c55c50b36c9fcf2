package io.pidcap.host.windows.iphelper;

import io.pidcap.host.windows.win32.FileTime;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.SocketState;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bytes of a socket table. Bytes that say what cannot be are counted, never believed: no table makes it fail, or
 * take more memory than the table's own length warrants.
 */
final class SocketTableParser {
    // MIB_TCP_STATE (tcpmib.h)
    private static final int MIB_TCP_STATE_CLOSED = 1;
    private static final int MIB_TCP_STATE_LISTEN = 2;
    private static final int MIB_TCP_STATE_DELETE_TCB = 12;

    private SocketTableParser() {}

    /**
     * What a table holds.
     *
     * @param rows those that can be understood
     * @param malformed rows that cannot be, or that the table announces and does not have
     */
    record Parsed(List<SocketRow> rows, long malformed) {}

    /** The table's bytes may be more than its rows take. */
    static Parsed parse(SocketTableLayout layout, byte[] table) {
        ByteBuffer buffer = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN);
        long announced = announcedRows(table);
        long whole = Math.min(announced, Math.max(0, table.length - layout.firstRow()) / layout.rowBytes());
        List<SocketRow> rows = new ArrayList<>((int) whole);
        for (int i = 0; i < whole; i++) {
            SocketRow row = row(layout, buffer, layout.firstRow() + i * layout.rowBytes());
            if (row != null) {
                rows.add(row);
            }
        }
        return new Parsed(rows, announced - rows.size());
    }

    /** How many rows a table says that it has; 0 where it is too short to say. */
    static long announcedRows(byte[] table) {
        return table.length < Integer.BYTES
                ? 0
                : Integer.toUnsignedLong(
                        ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN).getInt(0));
    }

    private static @Nullable SocketRow row(SocketTableLayout layout, ByteBuffer table, int at) {
        SocketState state = state(layout, table, at);
        if (state == null) {
            return null;
        }
        Endpoint local = endpoint(layout, table, at + layout.localAddress(), at + layout.localPort());
        // The remote end of a listener is not zero but whatever was there.
        Endpoint remote = state == SocketState.CONNECTED
                ? endpoint(layout, table, at + layout.remoteAddress(), at + layout.remotePort())
                : Endpoint.NONE;
        long created = layout.created() == SocketTableLayout.NONE ? 0 : table.getLong(at + layout.created());
        return new SocketRow(
                new FiveTuple(layout.protocol(), local, remote),
                state,
                layout.ipVersion(),
                table.getInt(at + layout.pid()),
                FileTime.toEpochNanos(created));
    }

    /** Null: no such state. */
    private static @Nullable SocketState state(SocketTableLayout layout, ByteBuffer table, int at) {
        if (layout.state() == SocketTableLayout.NONE) {
            return SocketState.BOUND;
        }
        int state = table.getInt(at + layout.state());
        if (state < MIB_TCP_STATE_CLOSED || state > MIB_TCP_STATE_DELETE_TCB) {
            return null;
        }
        return switch (state) {
            case MIB_TCP_STATE_CLOSED -> SocketState.BOUND;
            case MIB_TCP_STATE_LISTEN -> SocketState.LISTENING;
            default -> SocketState.CONNECTED;
        };
    }

    private static Endpoint endpoint(SocketTableLayout layout, ByteBuffer table, int addressAt, int portAt) {
        byte[] address = new byte[layout.addressBytes()];
        table.get(addressAt, address);
        int port = (table.get(portAt) & 0xff) << 8 | (table.get(portAt + 1) & 0xff);
        return new Endpoint(IpAddress.ofBytes(address), port);
    }
}
