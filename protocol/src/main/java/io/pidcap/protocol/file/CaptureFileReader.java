package io.pidcap.protocol.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A capture file that nobody writes any more, whatever its format is. */
public interface CaptureFileReader extends AutoCloseable {
    /**
     * Opens a file and tells its format by its first bytes.
     *
     * @throws CaptureFileException it is neither pcap nor pcapng
     */
    static CaptureFileReader open(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
        try {
            ByteBuffer magic = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder());
            channel.read(magic, 0);
            boolean pcapng = magic.getInt(0) == PcapngFormat.SECTION_HEADER_BLOCK;
            return pcapng ? new PcapngReader(channel, path.toString()) : new WholePcapFile(channel, path.toString());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Goes to the next packet.
     *
     * @return false: the file has ended where a packet ends
     * @throws CaptureFileException it is damaged or cut off here; the packets before were given
     */
    boolean next() throws IOException;

    /** Where {@link #next} is. */
    CapturedPacket packet();

    /** Of the packet: the index in {@link #interfaces}. */
    int interfaceId();

    /** Of the packet; {@link PacketAnnotations#NONE} where the format has no place for them. */
    default PacketAnnotations annotations() throws CaptureFileException {
        return PacketAnnotations.NONE;
    }

    /** Blocks so far that are neither packets nor described by one of the methods here. */
    default long skippedBlocks() {
        return 0;
    }

    /** Whether the packet's time was stored finer than in microseconds. */
    boolean nanosecond();

    /** Those described so far. */
    List<InterfaceDescription> interfaces();

    /** Bytes of the file; {@link Long#MAX_VALUE}: not known. */
    long length();

    /** Bytes of the file up to and with the packet. */
    long doneBytes();

    @Override
    void close() throws IOException;
}
