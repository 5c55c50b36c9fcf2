package io.pidcap.host.windows.iphelper;

import com.sun.jna.Memory;
import com.sun.jna.platform.win32.IPHlpAPI;
import com.sun.jna.platform.win32.WinError;
import com.sun.jna.ptr.IntByReference;
import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;
import io.pidcap.host.windows.win32.Win32;
import io.pidcap.protocol.model.TransportProtocol;

/** Fetches socket tables from Windows. One thread at a time. */
final class IpHelper {
    private static final int FIRST_BYTES = 64 << 10;
    /** A table of more than a million rows is none. */
    private static final int MOST_BYTES = 256 << 20;

    private static final int MOST_TRIES = 20;

    private final IPHlpAPI library;
    private Memory buffer = new Memory(FIRST_BYTES);

    /** @throws HostException {@code LIBRARY_MISSING} */
    IpHelper() {
        library = load();
    }

    private static IPHlpAPI load() {
        try {
            return IPHlpAPI.INSTANCE;
        } catch (LinkageError e) {
            // The first time the library is not found; after that its class is not.
            throw new HostException(
                    Code.LIBRARY_MISSING, "load iphlpapi.dll: " + Win32.firstLine(e), "this is part of Windows", e);
        }
    }

    /**
     * The bytes of a table, whole rows as many as it says. A table that outgrows the buffer is asked for again with a larger
     * one, since it may have grown once more meanwhile.
     *
     * @throws HostException naming the table
     */
    byte[] read(SocketTableLayout layout) {
        IntByReference size = new IntByReference();
        for (int i = 0; i < MOST_TRIES; i++) {
            size.setValue((int) buffer.size());
            int error = call(layout, size);
            if (error == WinError.NO_ERROR) {
                return whole(layout);
            }
            if (error != WinError.ERROR_INSUFFICIENT_BUFFER) {
                throw failure(layout, error);
            }
            grow(layout, Integer.toUnsignedLong(size.getValue()));
        }
        throw new HostException(
                Code.IO,
                operation(layout) + ": it grew each time, " + MOST_TRIES + " times",
                "try again when fewer connections come and go");
    }

    private int call(SocketTableLayout layout, IntByReference size) {
        int family = layout.ipVersion() == 4 ? IPHlpAPI.AF_INET : IPHlpAPI.AF_INET6;
        return layout.protocol() == TransportProtocol.TCP
                ? library.GetExtendedTcpTable(buffer, size, false, family, layout.tableClass(), 0)
                : library.GetExtendedUdpTable(buffer, size, false, family, layout.tableClass(), 0);
    }

    /** To a quarter more than was needed, so that what comes meanwhile fits as well. */
    private void grow(SocketTableLayout layout, long neededBytes) {
        long bytes = Math.max(neededBytes, buffer.size()) * 5 / 4;
        if (bytes > MOST_BYTES) {
            throw new HostException(
                    Code.IO, operation(layout) + ": Windows asks for a buffer of " + bytes + " bytes", "");
        }
        buffer.close();
        buffer = new Memory(bytes);
    }

    private byte[] whole(SocketTableLayout layout) {
        long rows = SocketTableParser.announcedRows(buffer.getByteArray(0, Integer.BYTES));
        return buffer.getByteArray(0, (int) Math.min(buffer.size(), layout.bytes(rows)));
    }

    /** Whether this failure says that Windows does not know such a kind of table, rather than that it has none now. */
    static boolean isUnknownTable(int error) {
        return error == WinError.ERROR_INVALID_PARAMETER || error == WinError.ERROR_NOT_SUPPORTED;
    }

    private static String operation(SocketTableLayout layout) {
        return "read the table " + layout.name();
    }

    private static HostException failure(SocketTableLayout layout, int error) {
        HostException failure = Win32.failure(operation(layout), error, "");
        return isUnknownTable(error)
                ? new HostException(Code.NOT_SUPPORTED, failure.getMessage(), failure.hint())
                : failure;
    }
}
