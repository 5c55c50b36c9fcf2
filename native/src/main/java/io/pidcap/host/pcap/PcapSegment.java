package io.pidcap.host.pcap;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.platform.unix.LibCAPI.size_t;
import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;
import io.pidcap.host.PacketSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.LongConsumer;

/**
 * A dump file of libpcap on a stream of our own.
 *
 * <p>Java creates the file, for only there "new, and mode 0600" is one step; the C library then opens it without creating,
 * and gets a buffer that saves most of the write calls that its default of 4 KiB costs. {@code pcap_dump} ignores what
 * {@code fwrite} returns (and after a failure writes nothing any more), so every flush asks the stream for its error.
 */
final class PcapSegment implements PacketSource.Segment {
    private static final int STREAM_BUFFER_BYTES = 256 * 1024;

    private final LibPcapLibrary pcap;
    private final Path file;
    private final Path reached;
    private final int snaplen;
    private final Pointer dumper;

    /** The stream's, until it is closed. glibc ignores the size of a buffer that it is to allocate itself. */
    private final Memory streamBuffer;

    private final LongConsumer notWritten;
    private long packetsSinceFlush;
    private long readableBytes;
    private boolean closed;

    private PcapSegment(
            LibPcapLibrary pcap,
            Path file,
            Path reached,
            int snaplen,
            Pointer dumper,
            Memory streamBuffer,
            LongConsumer notWritten) {
        this.pcap = pcap;
        this.file = file;
        this.reached = reached;
        this.snaplen = snaplen;
        this.dumper = dumper;
        this.streamBuffer = streamBuffer;
        this.notWritten = notWritten;
    }

    /**
     * @param file its name in messages
     * @param reached the path by which this process opens it, see {@link HeldDirectory}
     * @param notWritten told of packets that {@link #pumped} counted and a failed flush lost
     */
    static PcapSegment create(PcapDevice device, Path file, Path reached, LongConsumer notWritten) {
        createFile(file, reached);
        PcapSegment segment = open(device, file, reached, notWritten);
        segment.flushStream();
        return segment;
    }

    /** Takes packets and keeps none of them. */
    static PcapSegment nowhere(PcapDevice device) {
        Path discard = ProcessBuilder.Redirect.DISCARD.file().toPath();
        return open(device, discard, discard, unwritten -> {});
    }

    private static PcapSegment open(PcapDevice device, Path file, Path reached, LongConsumer notWritten) {
        LibPcapLibrary pcap = device.library();
        Memory streamBuffer = new Memory(STREAM_BUFFER_BYTES);
        Pointer stream = openStream(file, reached, streamBuffer);
        Pointer dumper = pcap.pcap_dump_fopen(device.handle(), stream);
        if (dumper == null) {
            LibcLibrary.get().fclose(stream);
            streamBuffer.close();
            throw new HostException(Code.IO, "write " + file + ": " + pcap.pcap_geterr(device.handle()), "");
        }
        return new PcapSegment(pcap, file, reached, device.snaplen(), dumper, streamBuffer, notWritten);
    }

    private static void createFile(Path file, Path reached) {
        try {
            Files.createFile(
                    reached, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            if (!reached.equals(file)) {
                // Who reads it is another user then, by the group; at once it would be subject to the umask.
                Files.setPosixFilePermissions(reached, PosixFilePermissions.fromString("rw-r-----"));
            }
        } catch (IOException e) {
            throw refused(file, e);
        }
    }

    private static HostException refused(Path file, IOException e) {
        String reason = reasonOf(e);
        int errno = PcapErrors.errnoOf(reason);
        if (errno != 0) {
            return PcapErrors.ofErrno("create", file, errno);
        }
        return new HostException(Code.IO, "create " + file + ": " + reason, "", e);
    }

    private static String reasonOf(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such directory";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "it exists already";
        }
        String reason = e instanceof FileSystemException system ? system.getReason() : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }

    private static Pointer openStream(Path file, Path reached, Memory buffer) {
        LibcLibrary libc = LibcLibrary.get();
        // The bytes by which Java created it, whatever the locale.
        Charset pathCharset = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        byte[] path = (reached.toAbsolutePath() + "\0").getBytes(pathCharset);
        Pointer stream = libc.fopen(path, "r+e");
        if (stream == null) {
            throw PcapErrors.ofErrno("open", file, Native.getLastError());
        }
        if (libc.setvbuf(stream, buffer, LibcLibrary.IOFBF, new size_t(buffer.size())) != 0) {
            throw PcapErrors.ofErrno("buffer", file, Native.getLastError());
        }
        // A segment has one thread. In a process with many the stream would else be locked three times a packet.
        libc.__fsetlocking(stream, LibcLibrary.FSETLOCKING_BYCALLER);
        return stream;
    }

    /** What {@code pcap_dump} takes as its {@code user}. */
    Pointer dumper() {
        if (closed) {
            throw new IllegalStateException(file + " is closed");
        }
        return dumper;
    }

    void pumped(long packets) {
        packetsSinceFlush += packets;
    }

    @Override
    public void flush() {
        if (closed) {
            throw new IllegalStateException(file + " is closed");
        }
        if (packetsSinceFlush > 0) {
            flushStream();
        }
    }

    @Override
    public long readableBytes() {
        return readableBytes;
    }

    private void flushStream() {
        int status = pcap.pcap_dump_flush(dumper());
        int errno = status == 0 ? 0 : Native.getLastError();
        if (status != 0 || LibcLibrary.get().ferror(pcap.pcap_dump_file(dumper)) != 0) {
            throw broken(errno);
        }
        // Not asked of the file by its name: somebody may have deleted it, and who has it open reads on.
        readableBytes = LibcLibrary.get().ftell(pcap.pcap_dump_file(dumper)).longValue();
        packetsSinceFlush = 0;
    }

    /**
     * What reached the file before the disk was full is kept. Closing a stream writes what is left of its buffer, so the
     * file is looked at and cut only after that.
     */
    private HostException broken(int errno) {
        closeStream();
        HostException failure = PcapErrors.ofErrno("write", file, errno == 0 ? errnoOfAnotherWrite() : errno);
        try (FileChannel channel = FileChannel.open(reached, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            WholeRecords records = WholeRecords.from(channel, readableBytes, packetsSinceFlush, snaplen);
            channel.truncate(records.end());
            readableBytes = records.end();
            packetsSinceFlush -= records.count();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
        notWritten.accept(packetsSinceFlush);
        return failure;
    }

    /**
     * The write that failed was inside {@code pcap_dispatch}, and its errno is overwritten since: another write fails, too.
     * What it puts into the file is taken away again.
     */
    private int errnoOfAnotherWrite() {
        ByteBuffer bytes = ByteBuffer.allocate(STREAM_BUFFER_BYTES);
        try (FileChannel channel = FileChannel.open(reached, StandardOpenOption.WRITE)) {
            long end = channel.size();
            channel.position(end);
            try {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            } finally {
                channel.truncate(end);
            }
            return 0;
        } catch (IOException e) {
            return PcapErrors.errnoOf(reasonOf(e));
        }
    }

    @Override
    public void close() {
        if (!closed) {
            flush();
            closeStream();
        }
    }

    private void closeStream() {
        closed = true;
        pcap.pcap_dump_close(dumper);
        streamBuffer.close();
    }
}
