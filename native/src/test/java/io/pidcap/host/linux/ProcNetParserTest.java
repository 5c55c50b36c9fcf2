package io.pidcap.host.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.model.TransportProtocol;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProcNetParserTest {
    private static final long NETNS = 4026531840L;

    /** Recorded on a little-endian machine, with sockets of every kind. */
    private static byte[] recorded(NetTable table) throws IOException {
        String name = "/io/pidcap/host/linux/net/" + table.fileName();
        try (InputStream in = Objects.requireNonNull(ProcNetParserTest.class.getResourceAsStream(name), name)) {
            return in.readAllBytes();
        }
    }

    private static List<SocketEntry> parse(NetTable table, byte[] bytes, int length) {
        ProcNetParser parser = new ProcNetParser(ByteOrder.LITTLE_ENDIAN);
        parser.start(table);
        parser.take(bytes, length);
        List<SocketEntry> rows = new ArrayList<>();
        while (parser.next()) {
            SocketEntry entry = parser.toEntry(NETNS);
            assertThat(parser.saysTheSameAs(entry, NETNS)).isTrue();
            assertThat(parser.saysTheSameAs(entry, NETNS + 1)).isFalse();
            rows.add(entry);
        }
        return rows;
    }

    private static List<SocketEntry> parse(NetTable table) throws IOException {
        byte[] bytes = recorded(table);
        return parse(table, bytes, bytes.length);
    }

    private static Endpoint end(String address, int port) {
        return new Endpoint(NetText.ip(address), port);
    }

    private static org.assertj.core.groups.Tuple row(FiveTuple tuple, SocketState state) {
        return org.assertj.core.groups.Tuple.tuple(tuple, state);
    }

    private static FiveTuple tuple(int protocol, Endpoint local, Endpoint remote) {
        return new FiveTuple(protocol, local, remote);
    }

    @Test
    void shouldReadListenersAndBothEndsOfAConnectionAndPassOverTimeWait() throws IOException {
        assertThat(new String(recorded(NetTable.TCP), StandardCharsets.US_ASCII))
                .contains(" 06 ");
        assertThat(parse(NetTable.TCP))
                .extracting(SocketEntry::tuple)
                .containsExactlyInAnyOrder(
                        tuple(TransportProtocol.TCP, end("127.0.0.1", 20001), Endpoint.NONE),
                        tuple(TransportProtocol.TCP, end("127.0.0.1", 20001), end("127.0.0.1", 20002)),
                        tuple(TransportProtocol.TCP, end("127.0.0.1", 20002), end("127.0.0.1", 20001)),
                        tuple(TransportProtocol.TCP, end("127.0.0.1", 20013), end("127.0.0.1", 20011)));
        assertThat(parse(NetTable.TCP))
                .extracting(SocketEntry::state)
                .containsExactlyInAnyOrder(
                        SocketState.LISTENING, SocketState.CONNECTED, SocketState.CONNECTED, SocketState.CONNECTED);
    }

    @Test
    void shouldReadIpv6AndTakeMappedAddressesAsIpv4() throws IOException {
        assertThat(parse(NetTable.TCP6))
                .extracting(SocketEntry::tuple)
                .containsExactlyInAnyOrder(
                        tuple(TransportProtocol.TCP, new Endpoint(IpAddress.ANY, 20011), Endpoint.NONE),
                        tuple(TransportProtocol.TCP, end("::1", 20011), end("::1", 20012)),
                        tuple(TransportProtocol.TCP, end("::1", 20012), end("::1", 20011)),
                        tuple(TransportProtocol.TCP, end("127.0.0.1", 20011), end("127.0.0.1", 20013)));
    }

    @Test
    void shouldTellTheVersionOfASocketWhateverItsAddresses() throws IOException {
        assertThat(parse(NetTable.UDP)).extracting(SocketEntry::ipVersion).containsOnly(4);
        assertThat(parse(NetTable.TCP6)).extracting(SocketEntry::ipVersion).containsOnly(6);
    }

    @Test
    void shouldTellBoundFromConnectedUdp() throws IOException {
        assertThat(parse(NetTable.UDP))
                .extracting(SocketEntry::tuple, SocketEntry::state)
                .containsExactlyInAnyOrder(
                        row(
                                tuple(TransportProtocol.UDP, new Endpoint(IpAddress.ANY, 20021), Endpoint.NONE),
                                SocketState.BOUND),
                        row(
                                tuple(TransportProtocol.UDP, end("127.0.0.1", 20022), end("127.0.0.1", 20021)),
                                SocketState.CONNECTED));
        assertThat(parse(NetTable.UDP6))
                .extracting(SocketEntry::tuple)
                .containsExactly(tuple(TransportProtocol.UDP, end("::1", 20023), Endpoint.NONE));
        assertThat(parse(NetTable.UDP_LITE))
                .extracting(SocketEntry::tuple)
                .containsExactly(tuple(TransportProtocol.UDP_LITE, end("127.0.0.1", 20024), Endpoint.NONE));
    }

    @Test
    void shouldTakeTheProtocolOfRawSocketsFromThePortColumn() throws IOException {
        assertThat(parse(NetTable.RAW))
                .extracting(SocketEntry::tuple)
                .containsExactlyInAnyOrder(
                        tuple(TransportProtocol.ICMP, new Endpoint(IpAddress.ANY, 0), Endpoint.NONE),
                        tuple(253, end("127.0.0.1", 0), end("127.0.0.1", 0)));
        assertThat(parse(NetTable.RAW6))
                .extracting(SocketEntry::tuple)
                .containsExactly(tuple(TransportProtocol.ICMPV6, new Endpoint(IpAddress.ANY, 0), Endpoint.NONE));
    }

    @Test
    void shouldGiveNoPortsToPingSockets() throws IOException {
        assertThat(parse(NetTable.ICMP))
                .extracting(SocketEntry::tuple)
                .containsExactly(tuple(TransportProtocol.ICMP, end("127.0.0.1", 0), Endpoint.NONE));
    }

    @ParameterizedTest
    @EnumSource(NetTable.class)
    void shouldTakeOnlyWholeRowsWhenCutAtAnyLength(NetTable table) throws IOException {
        byte[] bytes = recorded(table);
        List<SocketEntry> whole = parse(table, bytes, bytes.length);
        for (int length = 0; length <= bytes.length; length++) {
            List<SocketEntry> cut = parse(table, bytes, length);
            assertThat(cut).isEqualTo(whole.subList(0, cut.size()));
        }
    }

    @ParameterizedTest
    @EnumSource(NetTable.class)
    void shouldReadTheSameInPiecesAsAtOnce(NetTable table) throws IOException {
        byte[] bytes = recorded(table);
        ProcNetParser parser = new ProcNetParser(ByteOrder.LITTLE_ENDIAN);
        parser.start(table);
        List<SocketEntry> rows = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                byte[] line = Arrays.copyOfRange(bytes, from, i + 1);
                parser.take(line, line.length);
                while (parser.next()) {
                    rows.add(parser.toEntry(NETNS));
                }
                from = i + 1;
            }
        }
        assertThat(rows).isEqualTo(parse(table));
    }

    @Test
    void shouldCountConnectionsThatAreNotAcceptedYet() {
        StringBuilder text = new StringBuilder(NetText.HEADER);
        for (int state = 1; state <= 11; state++) {
            text.append(
                    NetText.row(NetTable.TCP, ByteOrder.LITTLE_ENDIAN, new byte[4], 80, new byte[4], 1, state, 0, 0));
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
        ProcNetParser parser = new ProcNetParser(ByteOrder.LITTLE_ENDIAN);
        parser.start(NetTable.TCP);
        parser.take(bytes, bytes.length);

        assertThat(parser.next()).isFalse();
        // ESTABLISHED, SYN_RECV and CLOSE_WAIT; not TIME_WAIT and those that their owner has closed.
        assertThat(parser.rowsNotAccepted()).isEqualTo(3);
    }

    @Test
    void shouldCountRowsOfAnotherFormAndGoOn() {
        String good = NetText.row(NetTable.UDP, ByteOrder.LITTLE_ENDIAN, new byte[4], 53, new byte[4], 0, 7, 0, 99);
        String text = NetText.HEADER + "\n" + "   1: 0100007F:0035\n" + good.replace(":0035", ":00x5")
                + good.replace(" 99 ", " 99999999999999999999 ") + good;
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        ProcNetParser parser = new ProcNetParser(ByteOrder.LITTLE_ENDIAN);
        parser.start(NetTable.UDP);
        parser.take(bytes, bytes.length);

        assertThat(parser.next()).isTrue();
        assertThat(parser.inode()).isEqualTo(99);
        assertThat(parser.next()).isFalse();
        assertThat(parser.malformedRows()).isEqualTo(4);
    }

    @Test
    void shouldSurviveAnyBytes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            byte[] bytes = new byte[random.nextInt(400)];
            for (int k = 0; k < bytes.length; k++) {
                bytes[k] = (byte) " :0123456789ABCDEF\n\u007f\u0000".charAt(random.nextInt(21));
            }
            for (NetTable table : NetTable.values()) {
                assertThat(parse(table, bytes, bytes.length))
                        .as("seed %d", seed)
                        .isNotNull();
            }
        }
    }

    @Test
    void shouldReadBackWhatTheKernelWouldWriteForRandomSocketsOfEitherByteOrder() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<NetTable> tables = List.of(NetTable.values());
        for (int i = 0; i < 2000; i++) {
            NetTable table = tables.get(random.nextInt(tables.size()));
            ByteOrder order = random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
            byte[] local = randomAddress(random, table.ipv6());
            byte[] remote = randomAddress(random, table.ipv6());
            int localPort = random.nextInt(table == NetTable.RAW || table == NetTable.RAW6 ? 256 : 65536);
            int remotePort = random.nextInt(65536);
            long inode = 1L + random.nextInt(Integer.MAX_VALUE);
            byte[] bytes = (NetText.HEADER
                            + NetText.row(table, order, local, localPort, remote, remotePort, 1, 1000, inode))
                    .getBytes(StandardCharsets.US_ASCII);
            ProcNetParser parser = new ProcNetParser(order);
            parser.start(table);
            parser.take(bytes, bytes.length);

            assertThat(parser.next()).as("seed %d", seed).isTrue();
            boolean ports = TransportProtocol.hasPorts(table.protocol(localPort))
                    && table != NetTable.RAW
                    && table != NetTable.RAW6;
            assertThat(parser.tuple())
                    .as("seed %d", seed)
                    .isEqualTo(tuple(
                            table.protocol(localPort),
                            new Endpoint(IpAddress.ofBytes(local), ports ? localPort : 0),
                            new Endpoint(IpAddress.ofBytes(remote), ports ? remotePort : 0)));
            assertThat(parser.inode()).isEqualTo(inode);
            assertThat(parser.userId()).isEqualTo(1000);
        }
    }

    private static byte[] randomAddress(Random random, boolean ipv6) {
        byte[] address = new byte[ipv6 ? 16 : 4];
        switch (random.nextInt(4)) {
            case 0 -> {} // any
            case 1 -> { // mapped where it is IPv6
                random.nextBytes(address);
                if (ipv6) {
                    System.arraycopy(new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1}, 0, address, 0, 12);
                }
            }
            default -> random.nextBytes(address);
        }
        return address;
    }
}
