package io.pidcap.it.bench;

import io.pidcap.protocol.file.CaptureFileReader;
import io.pidcap.protocol.file.CapturedPacket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * What a capture file holds, so that two can be compared that differ in format and fineness of time.
 *
 * @param checksum over the packets in their order: time in microseconds, both lengths, bytes
 */
record Selection(long packets, long bytes, long checksum) {
    static Selection of(Path file) throws IOException {
        CRC32C checksum = new CRC32C();
        ByteBuffer numbers = ByteBuffer.allocate(16);
        long packets = 0;
        long bytes = 0;
        try (CaptureFileReader reader = CaptureFileReader.open(file)) {
            while (reader.next()) {
                CapturedPacket packet = reader.packet();
                numbers.clear()
                        .putLong(packet.epochNanos() / 1000)
                        .putInt(packet.capturedLength())
                        .putInt(packet.originalLength());
                checksum.update(numbers.flip());
                checksum.update(packet.buffer().slice(packet.dataOffset(), packet.capturedLength()));
                packets++;
                bytes += packet.capturedLength();
            }
        }
        return new Selection(packets, bytes, checksum.getValue());
    }

    /** @throws IllegalStateException the two files hold other packets, or none */
    static Selection same(Path ours, Path peer) throws IOException {
        Selection mine = of(ours);
        Selection theirs = of(peer);
        if (!mine.equals(theirs) || mine.packets == 0) {
            throw new IllegalStateException(ours + " has " + mine + ", " + peer + " has " + theirs);
        }
        return mine;
    }
}
