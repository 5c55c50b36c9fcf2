package io.pidcap.host.windows.record;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A recording. It begins with the eight bytes {@code PIDCAPW1}. Entries follow, numbers little-endian: a byte that says what
 * it is, the performance counter when it was taken (8 bytes), the number of bytes that follow (4), these. See {@link Kind}.
 * One thread.
 */
final class RawFile implements AutoCloseable {
    static final String MAGIC = "PIDCAPW1";

    private static final int HEADER_BYTES = 13;

    private final OutputStream out;

    /** What an entry holds. */
    enum Kind {
        /** Ticks of the performance counter in a second, and the wall clock as FILETIME: 8 bytes each. */
        CLOCK(1),
        /** WINDIVERT_ADDRESS of the SOCKET layer. */
        SOCKET(2),
        /** WINDIVERT_ADDRESS of the FLOW layer. */
        FLOW(3),
        /** The name of a structure of IP Helper in ASCII, a zero byte, the table. */
        TABLE(4),
        /** All processes, in UTF-8: a line for each of pid, parent, FILETIME of its start, name and path, between tabs. */
        PROCESSES(5),
        /** Words for people, in UTF-8. */
        NOTE(6);

        private final int number;

        Kind(int number) {
            this.number = number;
        }
    }

    /** @throws IOException also where the file is there already */
    RawFile(Path file) throws IOException {
        out = new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
        out.write(MAGIC.getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    void add(Kind kind, long ticks, byte[] bytes) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.put((byte) kind.number).putLong(ticks).putInt(bytes.length);
        out.write(header.array());
        out.write(bytes);
    }

    void add(Kind kind, long ticks, String text) throws IOException {
        add(kind, ticks, text.getBytes(StandardCharsets.UTF_8));
    }

    /** From here on it is there also if the program is killed. */
    void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
