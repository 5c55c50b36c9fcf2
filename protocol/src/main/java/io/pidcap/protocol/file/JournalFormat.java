package io.pidcap.protocol.file;

/**
 * The frame of a journal file; all numbers little-endian.
 *
 * <pre>
 *   0  magic      8 bytes "PIDCAPJ\n"
 *   8  version    u16
 *  10  header     u16, length of the header in bytes, this one 12; a reader skips what it does not know of it
 *
 *  each record:
 *   0  length     u32, of the body, 1 to 2 MiB
 *   4  checksum   u32, CRC-32C of the length's four bytes and the body
 *   8  body       one JournalRecord, see journal.proto
 * </pre>
 *
 * A record is torn where the writer died while writing it: only ever the last one.
 */
final class JournalFormat {
    static final long MAGIC = 0x0a4a_5041_4344_4950L;
    static final int VERSION = 1;
    static final int HEADER_BYTES = 12;
    static final int RECORD_HEADER_BYTES = 8;
    /** Twice the frame limit of a pipe, which is where large bodies come from. */
    static final int MAX_BODY_BYTES = 2 << 20;

    private JournalFormat() {}
}
