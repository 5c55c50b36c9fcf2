package io.pidcap.host.linux;

import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketState;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over the rows of one socket table of {@code /proc/PID/net}; it makes no object for a row unless asked to.
 *
 * <pre>
 *   sl  local_address rem_address   st tx_queue rx_queue tr tm-&gt;when retrnsmt   uid  timeout inode ...
 *    0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 27419 ...
 * </pre>
 *
 * Addresses are hexadecimal 32-bit words as the host's processor reads them, one for IPv4, four for IPv6. Rows without
 * an inode belong to no process any more (TIME_WAIT, orphans that still send) or not yet (not accepted) and are passed
 * over. A last line without its end is not taken: a number of it may be cut short.
 */
final class ProcNetParser {
    private static final long MAPPED_PREFIX = 0xffff_0000_0000L;

    /** The value of each hexadecimal digit; -1 for everything else. */
    private static final byte[] HEX_DIGITS = new byte[256];

    static {
        for (int i = 0; i < HEX_DIGITS.length; i++) {
            HEX_DIGITS[i] = (byte) Character.digit(i, 16);
        }
    }

    private final boolean swapWords;
    private final @Nullable IpAddress[] recentAddresses = new IpAddress[256];
    private NetTable table = NetTable.TCP;
    private byte[] bytes = new byte[0];
    private int end;
    private int at;
    private boolean headerPassed;
    private int malformedRows;
    private int rowsNotAccepted;

    private long localHigh;
    private long localLow;
    private int localPort;
    private long remoteHigh;
    private long remoteLow;
    private int remotePort;
    private int kernelState;
    private long userId;
    private long inode;

    /** Set by the readers of parts of a row when something else stood there; none of them goes past the line. */
    private boolean broken;

    private long addressHigh;
    private long addressLow;

    ProcNetParser(ByteOrder hostOrder) {
        swapWords = hostOrder == ByteOrder.LITTLE_ENDIAN;
    }

    /** Begins a table, of which {@link #take} brings the text. */
    void start(NetTable table) {
        this.table = table;
        headerPassed = false;
        malformedRows = 0;
        rowsNotAccepted = 0;
        end = 0;
        at = 0;
    }

    /**
     * Goes on with a piece of the table; all pieces but the last end with a row.
     *
     * @param length so much of {@code bytes} counts; they must not change while rows are read
     */
    void take(byte[] bytes, int length) {
        this.bytes = bytes;
        end = length;
        at = headerPassed ? 0 : endOfLine(0) + 1;
        headerPassed = true;
    }

    /** Moves to the next row that has an inode; false after the last one of this piece. */
    boolean next() {
        while (at < end) {
            readRow();
            int lineEnd = endOfLine(at);
            at = lineEnd + 1;
            if (lineEnd == end) {
                return false;
            }
            if (broken) {
                malformedRows++;
            } else if (inode != 0) {
                return true;
            } else if (table.mayBeAccepted(kernelState)) {
                rowsNotAccepted++;
            }
        }
        return false;
    }

    /** Rows since {@link #start} of connections that nobody has accepted yet. */
    int rowsNotAccepted() {
        return rowsNotAccepted;
    }

    /** Rows since {@link #start} that were not of the expected form. */
    int malformedRows() {
        return malformedRows;
    }

    long inode() {
        return inode;
    }

    long userId() {
        return userId;
    }

    SocketState state() {
        return table.state(kernelState);
    }

    FiveTuple tuple() {
        Endpoint local = new Endpoint(address(localHigh, localLow), table.port(localPort));
        Endpoint remote = new Endpoint(address(remoteHigh, remoteLow), table.port(remotePort));
        return new FiveTuple(table.protocol(localPort), local, remote.equals(Endpoint.NONE) ? Endpoint.NONE : remote);
    }

    /** Few addresses have many sockets: equal ones are mostly the same object. */
    private IpAddress address(long high, long low) {
        int place = (Long.hashCode(high) * 31 + Long.hashCode(low)) & (recentAddresses.length - 1);
        IpAddress recent = recentAddresses[place];
        if (recent == null || recent.high() != high || recent.low() != low) {
            recent = new IpAddress(high, low);
            recentAddresses[place] = recent;
        }
        return recent;
    }

    SocketEntry toEntry(long netnsId) {
        return new SocketEntry(inode, netnsId, tuple(), state(), List.of(), ipVersion());
    }

    private int ipVersion() {
        return table.ipv6() ? 6 : 4;
    }

    /** True where {@code entry} says of its socket what this row says. */
    boolean saysTheSameAs(SocketEntry entry, long netnsId) {
        FiveTuple tuple = entry.tuple();
        return entry.netnsId() == netnsId
                && entry.state() == state()
                && entry.ipVersion() == ipVersion()
                && tuple.protocol() == table.protocol(localPort)
                && same(tuple.local(), localHigh, localLow, table.port(localPort))
                && same(tuple.remote(), remoteHigh, remoteLow, table.port(remotePort));
    }

    private static boolean same(Endpoint endpoint, long high, long low, int port) {
        return endpoint.port() == port
                && endpoint.address().low() == low
                && endpoint.address().high() == high;
    }

    private void readRow() {
        broken = false;
        skipWord(); // sl
        skipSpaces();
        readAddress();
        localHigh = addressHigh;
        localLow = addressLow;
        expectColon();
        localPort = (int) readHex(4);
        skipSpaces();
        readAddress();
        remoteHigh = addressHigh;
        remoteLow = addressLow;
        expectColon();
        remotePort = (int) readHex(4);
        skipSpaces();
        kernelState = (int) readHex(2);
        skipWord(); // tx_queue:rx_queue
        skipWord(); // tr:tm->when
        skipWord(); // retrnsmt
        userId = readDecimal();
        skipWord(); // timeout
        inode = readDecimal();
    }

    private void readAddress() {
        if (!table.ipv6()) {
            addressHigh = 0;
            addressLow = normalised(MAPPED_PREFIX | readWord());
            return;
        }
        long first = readWord();
        addressHigh = first << 32 | readWord();
        long third = readWord();
        addressLow = third << 32 | readWord();
        if (addressHigh == 0) {
            addressLow = normalised(addressLow);
        }
    }

    /** As {@link IpAddress} does: {@code ::ffff:0.0.0.0} is the unspecified address too. */
    private static long normalised(long low) {
        return low == MAPPED_PREFIX ? 0 : low;
    }

    private long readWord() {
        int word = (int) readHex(8);
        return Integer.toUnsignedLong(swapWords ? Integer.reverseBytes(word) : word);
    }

    private long readHex(int digits) {
        long value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = at < end ? HEX_DIGITS[bytes[at] & 0xff] : -1;
            if (digit < 0) {
                broken = true;
                return 0;
            }
            value = value << 4 | digit;
            at++;
        }
        return value;
    }

    private long readDecimal() {
        skipSpaces();
        int first = at;
        long value = 0;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
            value = value * 10 + (bytes[at++] - '0');
        }
        broken |= at == first || at - first > 18;
        return value;
    }

    private void expectColon() {
        if (at < end && bytes[at] == ':') {
            at++;
        } else {
            broken = true;
        }
    }

    private void skipWord() {
        skipSpaces();
        while (at < end && bytes[at] != ' ' && bytes[at] != '\n') {
            at++;
        }
    }

    private void skipSpaces() {
        while (at < end && bytes[at] == ' ') {
            at++;
        }
    }

    private int endOfLine(int from) {
        int i = from;
        while (i < end && bytes[i] != '\n') {
            i++;
        }
        return i;
    }
}
