package io.pidcap.protocol.file;

import io.pidcap.protocol.model.LinkType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The first 24 bytes of a classic pcap file.
 *
 * <pre>
 *  0 magic  4 major  6 minor  8 reserved (12)  16 snaplen  20 link type (low 16 bits; the rest tells of frame checks)
 * </pre>
 *
 * @param byteOrder of every number in the file
 * @param nanosecond true: the fraction of a time is in nanoseconds, false: in microseconds
 * @param snaplen as the file says; 0 or huge in files of some programs
 */
public record PcapHeader(ByteOrder byteOrder, boolean nanosecond, int snaplen, LinkType linkType) {
    public static final int LENGTH = 24;
    static final int MAGIC_MICROS = 0xa1b2c3d4;
    static final int MAGIC_NANOS = 0xa1b23c4d;
    /** MAXIMUM_SNAPLEN of libpcap. */
    static final int MAX_CAPTURED = 262144;

    /** The most bytes that a record of this file may have. */
    int maxCaptured() {
        return snaplen > 0 && snaplen < MAX_CAPTURED ? snaplen : MAX_CAPTURED;
    }

    /**
     * Reads the header at the absolute index 0 of {@code bytes}, whose order and position stay.
     *
     * @throws CaptureFileException too short, or not a pcap file
     */
    static PcapHeader read(ByteBuffer bytes, String file) throws CaptureFileException {
        if (bytes.limit() < LENGTH) {
            throw new CaptureFileException(
                    file, 0, "ends inside the header: " + bytes.limit() + " of " + LENGTH + " bytes");
        }
        ByteBuffer view = bytes.duplicate().order(ByteOrder.BIG_ENDIAN);
        int magic = view.getInt(0);
        if (magic != MAGIC_MICROS && magic != MAGIC_NANOS) {
            view.order(ByteOrder.LITTLE_ENDIAN);
            magic = view.getInt(0);
        }
        if (magic != MAGIC_MICROS && magic != MAGIC_NANOS) {
            throw new CaptureFileException(
                    file, 0, String.format("is not a pcap file: it begins with 0x%08x", view.getInt(0)));
        }
        int major = Short.toUnsignedInt(view.getShort(4));
        int minor = Short.toUnsignedInt(view.getShort(6));
        if (major != 2 || minor < 3) {
            // 2.2 and older have the two lengths of a record in the other order, see pcap-savefile(5).
            throw new CaptureFileException(file, 4, "has version " + major + "." + minor + ", not 2.4");
        }
        LinkType linkType = new LinkType(view.getInt(20) & 0xffff);
        return new PcapHeader(view.order(), magic == MAGIC_NANOS, view.getInt(16), linkType);
    }

    void write(ByteBuffer out) {
        out.putInt(nanosecond ? MAGIC_NANOS : MAGIC_MICROS)
                .putShort((short) 2)
                .putShort((short) 4)
                .putLong(0)
                .putInt(snaplen)
                .putInt(linkType.value());
    }
}
