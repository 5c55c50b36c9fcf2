package io.pidcap.host.windows.iphelper;

import com.sun.jna.platform.win32.IPHlpAPI;
import io.pidcap.protocol.model.TransportProtocol;
import java.util.List;

/**
 * Where the rows of a table of {@code GetExtendedTcpTable} or {@code GetExtendedUdpTable} have what: offsets in bytes, as
 * in tcpmib.h and udpmib.h for 64 bits. The number of rows stands at 0, as a DWORD.
 *
 * @param tableClass TCP_TABLE_CLASS or UDP_TABLE_CLASS (iprtrmib.h)
 * @param firstRow the first row's offset in the table
 * @param state a DWORD, MIB_TCP_STATE; {@link #NONE} in UDP's rows, as are the remote end's
 * @param localPort the first two bytes, in network order; the other two of the DWORD may hold anything
 * @param created a FILETIME; {@link #NONE}: these rows do not tell
 */
record SocketTableLayout(
        String name,
        int protocol,
        int ipVersion,
        int tableClass,
        int firstRow,
        int rowBytes,
        int state,
        int localAddress,
        int localPort,
        int remoteAddress,
        int remotePort,
        int pid,
        int created) {
    static final int NONE = -1;

    private static final int TCP = TransportProtocol.TCP;
    private static final int UDP = TransportProtocol.UDP;
    private static final int TCP_PID = IPHlpAPI.TCP_TABLE_CLASS.TCP_TABLE_OWNER_PID_ALL;
    private static final int TCP_MODULE = IPHlpAPI.TCP_TABLE_CLASS.TCP_TABLE_OWNER_MODULE_ALL;
    private static final int UDP_PID = IPHlpAPI.UDP_TABLE_CLASS.UDP_TABLE_OWNER_PID;
    private static final int UDP_MODULE = IPHlpAPI.UDP_TABLE_CLASS.UDP_TABLE_OWNER_MODULE;

    static final SocketTableLayout TCP4_OWNER_PID =
            new SocketTableLayout("MIB_TCPTABLE_OWNER_PID", TCP, 4, TCP_PID, 4, 24, 0, 4, 8, 12, 16, 20, NONE);
    static final SocketTableLayout TCP6_OWNER_PID =
            new SocketTableLayout("MIB_TCP6TABLE_OWNER_PID", TCP, 6, TCP_PID, 4, 56, 48, 0, 20, 24, 44, 52, NONE);
    static final SocketTableLayout UDP4_OWNER_PID =
            new SocketTableLayout("MIB_UDPTABLE_OWNER_PID", UDP, 4, UDP_PID, 4, 12, NONE, 0, 4, NONE, NONE, 8, NONE);
    static final SocketTableLayout UDP6_OWNER_PID =
            new SocketTableLayout("MIB_UDP6TABLE_OWNER_PID", UDP, 6, UDP_PID, 4, 28, NONE, 0, 20, NONE, NONE, 24, NONE);
    static final SocketTableLayout TCP4_OWNER_MODULE =
            new SocketTableLayout("MIB_TCPTABLE_OWNER_MODULE", TCP, 4, TCP_MODULE, 8, 160, 0, 4, 8, 12, 16, 20, 24);
    static final SocketTableLayout TCP6_OWNER_MODULE =
            new SocketTableLayout("MIB_TCP6TABLE_OWNER_MODULE", TCP, 6, TCP_MODULE, 8, 192, 48, 0, 20, 24, 44, 52, 56);
    static final SocketTableLayout UDP4_OWNER_MODULE = new SocketTableLayout(
            "MIB_UDPTABLE_OWNER_MODULE", UDP, 4, UDP_MODULE, 8, 160, NONE, 0, 4, NONE, NONE, 8, 16);
    static final SocketTableLayout UDP6_OWNER_MODULE = new SocketTableLayout(
            "MIB_UDP6TABLE_OWNER_MODULE", UDP, 6, UDP_MODULE, 8, 176, NONE, 0, 20, NONE, NONE, 24, 32);

    /** With the time at which each socket was made. */
    static final List<SocketTableLayout> OWNER_MODULE =
            List.of(TCP4_OWNER_MODULE, TCP6_OWNER_MODULE, UDP4_OWNER_MODULE, UDP6_OWNER_MODULE);

    /** In the same order; without that time. */
    static final List<SocketTableLayout> OWNER_PID =
            List.of(TCP4_OWNER_PID, TCP6_OWNER_PID, UDP4_OWNER_PID, UDP6_OWNER_PID);

    int addressBytes() {
        return ipVersion == 4 ? 4 : 16;
    }

    /** The length of a table with so many rows. */
    long bytes(long rows) {
        return firstRow + rows * rowBytes;
    }
}
