package io.pidcap.host.windows.npcap;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.ptr.IntByReference;
import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;
import io.pidcap.host.windows.win32.Win32;
import java.util.List;

/** Windows' list of its network adapters. */
final class Adapters {
    private static final int FIRST_BYTES = 32 << 10;
    private static final int MOST_BYTES = 64 << 20;
    private static final int MOST_TRIES = 10;
    private static final String OPERATION = "list the network adapters (GetAdaptersAddresses)";

    private static final int FLAGS = AdapterLibrary.GAA_FLAG_SKIP_ANYCAST
            | AdapterLibrary.GAA_FLAG_SKIP_MULTICAST
            | AdapterLibrary.GAA_FLAG_SKIP_DNS_SERVER;

    private Adapters() {}

    /** @throws HostException where Windows gives no list */
    static List<Adapter> read() {
        AdapterLibrary library = load();
        IntByReference size = new IntByReference(FIRST_BYTES);
        int error = 0;
        for (int i = 0; i < MOST_TRIES && size.getValue() > 0 && size.getValue() <= MOST_BYTES; i++) {
            try (Memory buffer = new Memory(size.getValue())) {
                error = library.GetAdaptersAddresses(AdapterLibrary.AF_UNSPEC, FLAGS, null, buffer, size);
                if (error == 0) {
                    return AdapterLayout.parse(buffer);
                }
            }
            if (error == AdapterLibrary.ERROR_NO_DATA) {
                return List.of();
            }
            if (error != AdapterLibrary.ERROR_BUFFER_OVERFLOW) {
                break;
            }
        }
        throw Win32.failure(OPERATION, error, "");
    }

    private static AdapterLibrary load() {
        try {
            return Native.load("IPHlpAPI", AdapterLibrary.class);
        } catch (UnsatisfiedLinkError e) {
            throw new HostException(
                    Code.LIBRARY_MISSING, "load iphlpapi.dll: " + Win32.firstLine(e), "this is part of Windows", e);
        }
    }
}
