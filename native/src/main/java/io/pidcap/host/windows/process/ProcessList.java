package io.pidcap.host.windows.process;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.pidcap.host.HostException;
import io.pidcap.host.windows.win32.Kernel32Library;
import io.pidcap.host.windows.win32.Win32;
import java.util.ArrayList;
import java.util.List;

/** All processes of the host, by Toolhelp. */
final class ProcessList {
    /** Far more than Windows can have; where the list has no end, we do. */
    private static final int MOST_PROCESSES = 1 << 20;

    private ProcessList() {}

    /** @throws HostException where Windows gives no list */
    static List<ListedProcess> read(Kernel32Library kernel32) {
        Pointer snapshot = kernel32.CreateToolhelp32Snapshot(Kernel32Library.TH32CS_SNAPPROCESS, 0);
        if (snapshot == null || Win32.isNoHandle(snapshot)) {
            throw Win32.failure("list the processes", Native.getLastError(), "");
        }
        try (Memory entry = new Memory(ProcessEntryLayout.BYTES)) {
            return entries(kernel32, snapshot, entry);
        } finally {
            kernel32.CloseHandle(snapshot);
        }
    }

    private static List<ListedProcess> entries(Kernel32Library kernel32, Pointer snapshot, Memory entry) {
        List<ListedProcess> processes = new ArrayList<>();
        entry.clear();
        entry.setInt(ProcessEntryLayout.SIZE, ProcessEntryLayout.BYTES);
        int more = kernel32.Process32FirstW(snapshot, entry);
        int error = Native.getLastError();
        while (more != 0 && processes.size() < MOST_PROCESSES) {
            processes.add(ProcessEntryLayout.parse(entry.getByteArray(0, ProcessEntryLayout.BYTES)));
            more = kernel32.Process32NextW(snapshot, entry);
            error = Native.getLastError();
        }
        if (more == 0 && error != Kernel32Library.ERROR_NO_MORE_FILES) {
            throw Win32.failure("list the processes", error, "");
        }
        return processes;
    }
}
