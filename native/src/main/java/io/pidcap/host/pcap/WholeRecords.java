package io.pidcap.host.pcap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * The records of a pcap file that are there in full, where writing it broke off.
 *
 * @param end behind the last of them
 */
record WholeRecords(long end, long count) {
    /** Seconds, fraction, captured length, original length: 32 bits each, in the byte order of this host. */
    private static final int HEADER_BYTES = 16;

    private static final int CAPTURED_LENGTH = 8;

    /**
     * @param start where a record begins, or the file ends
     * @param most so many records were written from there on; what follows them is none
     * @param snaplen no record is longer
     */
    static WholeRecords from(FileChannel file, long start, long most, int snaplen) throws IOException {
        long length = file.size();
        long end = start;
        long count = 0;
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.nativeOrder());
        while (count < most && length - end >= HEADER_BYTES) {
            header.clear();
            if (file.read(header, end) < HEADER_BYTES) {
                break;
            }
            int captured = header.getInt(CAPTURED_LENGTH);
            if (captured < 0 || captured > snaplen || captured > length - end - HEADER_BYTES) {
                break;
            }
            end += HEADER_BYTES + captured;
            count++;
        }
        return new WholeRecords(end, count);
    }
}
