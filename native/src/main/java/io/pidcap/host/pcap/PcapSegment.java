package io.pidcap.host.pcap;

import com.sun.jna.Pointer;
import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;
import io.pidcap.host.PacketSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.LongConsumer;

/**
 * A dump file of the packet library.
 *
 * <p>Java creates the file, for only there "new, and nobody else's" is one step; the library then opens it without creating.
 */
final class PcapSegment implements PacketSource.Segment {
    private static final int WRITE_BYTES = 256 * 1024;

    private final SystemErrors errors;
    private final Path file;
    private final Path reached;
    private final int snaplen;
    private final DumpStream stream;
    private final boolean lookedAt;
    private final LongConsumer notWritten;
    private long packetsSinceFlush;
    private long readableBytes;
    private boolean closed;

    private PcapSegment(
            PcapDevice device, Path file, Path reached, DumpStream stream, boolean lookedAt, LongConsumer notWritten) {
        this.errors = device.system().errors();
        this.file = file;
        this.reached = reached;
        this.snaplen = device.snaplen();
        this.stream = stream;
        this.lookedAt = lookedAt;
        this.notWritten = notWritten;
    }

    /**
     * @param file its name in messages
     * @param reached the path by which this process opens it, see {@link HeldDirectory}
     * @param notWritten told of packets that {@link #pumped} counted and a failed flush lost
     */
    static PcapSegment create(PcapDevice device, Path file, Path reached, LongConsumer notWritten) {
        try {
            device.own().createFile(file, reached);
        } catch (IOException e) {
            throw refused(device.system().errors(), file, e);
        }
        DumpStream stream = device.own().openDump(file, reached);
        PcapSegment segment = new PcapSegment(device, file, reached, stream, !stream.remembersFailures(), notWritten);
        segment.flushStream();
        return segment;
    }

    /** Takes packets and keeps none of them. */
    static PcapSegment nowhere(PcapDevice device) {
        Path discard = ProcessBuilder.Redirect.DISCARD.file().toPath();
        DumpStream stream = device.own().openDump(discard, discard);
        return new PcapSegment(device, discard, discard, stream, false, unwritten -> {});
    }

    private static HostException refused(SystemErrors errors, Path file, IOException e) {
        String reason = reasonOf(e);
        int error = errors.errorOf(reason);
        if (error != 0) {
            return errors.ofFile("create", file, error);
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

    /** What {@code pcap_dump} takes as its {@code user}. */
    Pointer dumper() {
        if (closed) {
            throw new IllegalStateException(file + " is closed");
        }
        return stream.dumper();
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
        int error = stream.flush();
        if (error != 0) {
            throw broken(error);
        }
        long position = stream.position();
        if (lookedAt && packetsSinceFlush > 0 && !isThere(position)) {
            throw broken(DumpStream.UNKNOWN_ERROR);
        }
        readableBytes = position;
        packetsSinceFlush = 0;
    }

    private boolean isThere(long end) {
        try (FileChannel channel = FileChannel.open(reached, StandardOpenOption.READ)) {
            WholeRecords records = WholeRecords.from(channel, readableBytes, packetsSinceFlush, snaplen);
            return records.count() == packetsSinceFlush && records.end() == end;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * What reached the file before the disk was full is kept. Closing a stream writes what is left of its buffer, so the
     * file is looked at and cut only after that.
     */
    private HostException broken(int error) {
        closeStream();
        HostException failure =
                errors.ofFile("write", file, error == DumpStream.UNKNOWN_ERROR ? errorOfAnotherWrite() : error);
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
     * The write that failed was inside {@code pcap_dispatch}, and its error is overwritten since: another write fails, too.
     * What it puts into the file is taken away again.
     */
    private int errorOfAnotherWrite() {
        ByteBuffer bytes = ByteBuffer.allocate(WRITE_BYTES);
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
            return errors.errorOf(reasonOf(e));
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
        stream.close();
    }
}
