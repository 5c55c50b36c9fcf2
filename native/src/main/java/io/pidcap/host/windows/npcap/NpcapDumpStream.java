package io.pidcap.host.windows.npcap;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;
import io.pidcap.host.pcap.DumpStream;
import io.pidcap.host.windows.win32.Kernel32Library;
import io.pidcap.host.windows.win32.Win32;
import java.nio.file.Path;

/**
 * A dump file on a handle of Windows that we open, by a name in Unicode and so that others may read and delete it meanwhile;
 * wpcap.dll makes a stream of it. That stream is of a C library of its own, so nothing but wpcap.dll may touch it: it cannot
 * be asked for an error, and its buffer stays the one it has.
 */
final class NpcapDumpStream implements DumpStream {
    private static final int SHARED =
            Kernel32Library.FILE_SHARE_READ | Kernel32Library.FILE_SHARE_WRITE | Kernel32Library.FILE_SHARE_DELETE;

    private final NpcapLibrary npcap;
    private final Pointer dumper;

    private NpcapDumpStream(NpcapLibrary npcap, Pointer dumper) {
        this.npcap = npcap;
        this.dumper = dumper;
    }

    /** As {@link io.pidcap.host.pcap.SystemDevice#openDump}. */
    static NpcapDumpStream open(NpcapLibrary npcap, Pointer handle, Path file, Path reached) {
        // The handle is the stream's from here on, also where this fails.
        Pointer dumper = npcap.pcap_dump_hopen(handle, openFile(file, reached));
        if (dumper == null) {
            throw new HostException(Code.IO, "write " + file + ": " + npcap.pcap_geterr(handle), "");
        }
        return new NpcapDumpStream(npcap, dumper);
    }

    private static Pointer openFile(Path file, Path reached) {
        try (Memory name = Win32.wide(Win32Path.of(reached))) {
            Pointer handle = Win32.kernel32()
                    .CreateFileW(
                            name, Kernel32Library.GENERIC_WRITE, SHARED, null, Kernel32Library.OPEN_EXISTING, 0, null);
            int error = Native.getLastError();
            if (handle == null || Win32.isNoHandle(handle)) {
                throw Win32Errors.INSTANCE.ofFile("open", file, error);
            }
            return handle;
        }
    }

    @Override
    public Pointer dumper() {
        return dumper;
    }

    @Override
    public int flush() {
        return npcap.pcap_dump_flush(dumper) == 0 ? 0 : UNKNOWN_ERROR;
    }

    @Override
    public boolean remembersFailures() {
        return false;
    }

    @Override
    public long position() {
        return npcap.pcap_dump_ftell64(dumper);
    }

    @Override
    public void close() {
        npcap.pcap_dump_close(dumper);
    }
}
