package io.pidcap.host.pcap;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.platform.unix.LibCAPI.size_t;
import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;
import java.nio.charset.Charset;
import java.nio.file.Path;

/**
 * A dump file on a stream of our own, with a buffer that saves most of the write calls that the default of 4 KiB costs.
 * {@code pcap_dump} ignores what {@code fwrite} returns (and after a failure writes nothing any more), so every flush asks
 * the stream for its error.
 */
final class LibcDumpStream implements DumpStream {
    private static final int STREAM_BUFFER_BYTES = 256 * 1024;

    private final LibPcapLibrary pcap;
    private final Pointer dumper;

    /** The stream's, until it is closed. glibc ignores the size of a buffer that it is to allocate itself. */
    private final Memory streamBuffer;

    private LibcDumpStream(LibPcapLibrary pcap, Pointer dumper, Memory streamBuffer) {
        this.pcap = pcap;
        this.dumper = dumper;
        this.streamBuffer = streamBuffer;
    }

    /** As {@link SystemDevice#openDump}. */
    static LibcDumpStream open(LibPcapLibrary pcap, Pointer handle, Path file, Path reached) {
        Memory streamBuffer = new Memory(STREAM_BUFFER_BYTES);
        Pointer stream = openStream(file, reached, streamBuffer);
        Pointer dumper = pcap.pcap_dump_fopen(handle, stream);
        if (dumper == null) {
            LibcLibrary.get().fclose(stream);
            streamBuffer.close();
            throw new HostException(Code.IO, "write " + file + ": " + pcap.pcap_geterr(handle), "");
        }
        return new LibcDumpStream(pcap, dumper, streamBuffer);
    }

    private static Pointer openStream(Path file, Path reached, Memory buffer) {
        LibcLibrary libc = LibcLibrary.get();
        // The bytes by which Java created it, whatever the locale.
        Charset pathCharset = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        byte[] path = (reached.toAbsolutePath() + "\0").getBytes(pathCharset);
        Pointer stream = libc.fopen(path, "r+e");
        if (stream == null) {
            throw LibcErrors.INSTANCE.ofFile("open", file, Native.getLastError());
        }
        if (libc.setvbuf(stream, buffer, LibcLibrary.IOFBF, new size_t(buffer.size())) != 0) {
            throw LibcErrors.INSTANCE.ofFile("buffer", file, Native.getLastError());
        }
        // A segment has one thread. In a process with many the stream would else be locked three times a packet.
        libc.__fsetlocking(stream, LibcLibrary.FSETLOCKING_BYCALLER);
        return stream;
    }

    @Override
    public Pointer dumper() {
        return dumper;
    }

    @Override
    public int flush() {
        int status = pcap.pcap_dump_flush(dumper);
        int errno = status == 0 ? 0 : Native.getLastError();
        boolean broken = status != 0 || LibcLibrary.get().ferror(pcap.pcap_dump_file(dumper)) != 0;
        return broken && errno == 0 ? UNKNOWN_ERROR : errno;
    }

    @Override
    public boolean remembersFailures() {
        return true;
    }

    /** Not asked of the file by its name: somebody may have deleted it, and who has it open reads on. */
    @Override
    public long position() {
        return LibcLibrary.get().ftell(pcap.pcap_dump_file(dumper)).longValue();
    }

    @Override
    public void close() {
        pcap.pcap_dump_close(dumper);
        streamBuffer.close();
    }
}
