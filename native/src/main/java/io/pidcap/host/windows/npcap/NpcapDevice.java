package io.pidcap.host.windows.npcap;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import io.pidcap.host.pcap.DumpStream;
import io.pidcap.host.pcap.PcapErrors;
import io.pidcap.host.pcap.SystemDevice;
import io.pidcap.host.windows.win32.Kernel32Library;
import io.pidcap.host.windows.win32.Win32;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A device of Npcap's. Its event is Npcap's and lives as long as the handle. */
final class NpcapDevice implements SystemDevice {
    /** struct pcap_stat { u_int ps_recv; u_int ps_drop; u_int ps_ifdrop; u_int ps_capt; … } */
    private static final int PS_DROP = 4;

    private static final int PS_IFDROP = 8;
    private static final int PS_CAPT = 12;

    private final NpcapLibrary npcap;
    private final String interfaceName;
    private final Pointer handle;
    private final Pointer event;
    private final Kernel32Library kernel32 = Win32.kernel32();

    NpcapDevice(NpcapLibrary npcap, String interfaceName, Pointer handle, Pointer event) {
        this.npcap = npcap;
        this.interfaceName = interfaceName;
        this.handle = handle;
        this.event = event;
    }

    @Override
    public boolean await(int waitMillis) {
        int status = kernel32.WaitForSingleObject(event, waitMillis);
        if (status == Kernel32Library.WAIT_FAILED) {
            throw PcapErrors.deviceLost(interfaceName, Win32.words(Native.getLastError()));
        }
        return status == Kernel32Library.WAIT_OBJECT_0;
    }

    @Override
    public void pause(int millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    /** Each takes one buffer of the library's from the driver, 256,000 bytes. */
    @Override
    public boolean dispatchTakesAll() {
        return false;
    }

    /** A long of Windows, whoever runs this. */
    @Override
    public int timevalLongBytes() {
        return Integer.BYTES;
    }

    /** {@code ps_recv} is what came before the filter; {@code ps_capt} what passed it and found room. */
    @Override
    public boolean readCounts(int[] counts) {
        IntByReference bytes = new IntByReference();
        Pointer stat = npcap.pcap_stats_ex(handle, bytes);
        if (stat == null || bytes.getValue() < PS_CAPT + Integer.BYTES) {
            return false;
        }
        counts[1] = stat.getInt(PS_DROP);
        counts[0] = stat.getInt(PS_CAPT) + counts[1];
        counts[2] = stat.getInt(PS_IFDROP);
        return true;
    }

    /** Who may read it is said by its directory, whose list of rights a new file inherits. */
    @Override
    public void createFile(Path file, Path reached) throws IOException {
        Files.createFile(reached);
    }

    @Override
    public DumpStream openDump(Path file, Path reached) {
        return NpcapDumpStream.open(npcap, handle, file, reached);
    }

    @Override
    public void close() {}
}
