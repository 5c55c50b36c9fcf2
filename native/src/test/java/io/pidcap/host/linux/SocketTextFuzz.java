package io.pidcap.host.linux;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pidcap.protocol.model.SocketEntry;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Whatever the socket tables and address lists of {@code /proc/PID/net} say: rows are read, or counted as malformed. */
final class SocketTextFuzz {
    private static final List<NetTable> TABLES = List.of(NetTable.values());
    private static final int MARGIN_BYTES = 40;

    /** The first byte chooses the table and the byte order, the second where the text is cut into two pieces. */
    @FuzzTest(maxDuration = "10s")
    void shouldReadTheSameWholeAndInPieces(byte[] bytes) {
        if (bytes.length < 2) {
            return;
        }
        NetTable table = TABLES.get((bytes[0] & 0x7f) % TABLES.size());
        ByteOrder order = bytes[0] < 0 ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        byte[] text = Arrays.copyOfRange(bytes, 2, bytes.length);

        ProcNetParser whole = new ProcNetParser(order);
        whole.start(table);
        List<SocketEntry> rows = rows(whole, text, (byte) '0');
        assertThat(rows.size() + whole.malformedRows() + whole.rowsNotAccepted())
                .isLessThanOrEqualTo(text.length);

        // All pieces but the last end with a row.
        int cut = endOfLine(text, text.length * (bytes[1] & 0xff) / 256);
        ProcNetParser inPieces = new ProcNetParser(order);
        inPieces.start(table);
        List<SocketEntry> first = rows(inPieces, Arrays.copyOf(text, cut), (byte) '\n');
        List<SocketEntry> both = new ArrayList<>(first);
        if (cut > 0) {
            both.addAll(rows(inPieces, Arrays.copyOfRange(text, cut, text.length), (byte) ' '));
            assertThat(both).isEqualTo(rows);
            assertThat(inPieces.malformedRows()).isEqualTo(whole.malformedRows());
            assertThat(inPieces.rowsNotAccepted()).isEqualTo(whole.rowsNotAccepted());
        }

        assertThat(LocalAddresses.parseFibTrie(text, text.length)).doesNotContainNull();
        assertThat(LocalAddresses.parseIfInet6(text, text.length)).doesNotContainNull();
    }

    /** @param margin what stands behind the text, where nobody must look */
    private static List<SocketEntry> rows(ProcNetParser parser, byte[] text, byte margin) {
        byte[] memory = Arrays.copyOf(text, text.length + MARGIN_BYTES);
        Arrays.fill(memory, text.length, memory.length, margin);
        parser.take(memory, text.length);
        List<SocketEntry> rows = new ArrayList<>();
        while (parser.next()) {
            SocketEntry entry = parser.toEntry(1);
            assertThat(parser.saysTheSameAs(entry, 1)).as("%s", entry).isTrue();
            rows.add(entry);
        }
        return rows;
    }

    /** The first place at or behind {@code from} that follows a line's end; the text's end if there is none. */
    private static int endOfLine(byte[] text, int from) {
        int at = from;
        while (at < text.length && (at == 0 || text[at - 1] != '\n')) {
            at++;
        }
        return at;
    }
}
