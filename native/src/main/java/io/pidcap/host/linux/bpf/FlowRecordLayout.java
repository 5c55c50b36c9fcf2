package io.pidcap.host.linux.bpf;

import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.SocketState;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Where the fields of the programs' records are: {@code src/main/bpf/flow_events.h}, with which a test compares this.
 * Methods read a field of the record at {@code at}; {@code bytes} are in the host's byte order. Pure.
 */
final class FlowRecordLayout {
    /* enum pidcap_record_kind */
    static final int SOCKET_OPENED = 1;
    static final int SOCKET_RELEASED = 2;
    static final int SOCKET_ENDED = 3;
    static final int SOCKET_USED = 4;
    static final int SOCKET_GIVEN = 5;
    static final int PROCESS_FORKED = 16;
    static final int PROCESS_EXECUTED = 17;
    static final int PROCESS_EXITED = 18;
    static final int PROCESS_RENAMED = 19;
    static final int PROCESS_FILE = 20;
    static final int TRUSTED_FORKED = 21;
    static final int DESCRIPTORS_TAKEN = 22;

    /* enum pidcap_socket_state */
    static final int BOUND = 1;
    static final int LISTENING = 2;
    static final int CONNECTED = 3;

    /* enum pidcap_record_flag */
    static final int AT_INGRESS = 1;
    static final int AT_EGRESS = 2;
    static final int ACCEPTED = 4;
    static final int DATA = 8;
    static final int MARKED = 16;

    static final int COMM_BYTES = 16;
    static final int PATH_BYTES = 512;
    static final int ARGUMENT_BYTES = 256;

    /* struct pidcap_socket_record; the first fields are those of pidcap_process_record too */
    static final int TIME_NS = 0;
    static final int KIND = 8;
    static final int TGID = 12;
    static final int COOKIE = 16;
    static final int LISTENER_COOKIE = 24;
    static final int NETNS_COOKIE = 32;
    static final int SINCE_NS = 40;
    static final int LOCAL_ADDRESS = 48;
    static final int REMOTE_ADDRESS = 64;
    static final int LOCAL_PORT = 80;
    static final int REMOTE_PORT = 82;
    static final int PROTOCOL = 84;
    static final int STATE = 85;
    static final int FLAGS = 86;
    static final int UID = 88;
    static final int COMM = 96;
    static final int SOCKET_RECORD_BYTES = 112;

    /* struct pidcap_process_record */
    static final int PARENT_TGID = 16;
    static final int PROCESS_UID = 20;
    static final int PROCESS_COMM = 24;
    static final int PATH = 40;
    static final int PROCESS_RECORD_BYTES = PATH + PATH_BYTES;

    /* struct pidcap_file_record */
    static final int NAMES_BYTES = 16;
    static final int NAMES = 24;
    static final int MOST_NAMES_BYTES = 1024;
    static final int ARGUMENT = NAMES + MOST_NAMES_BYTES;
    static final int FILE_RECORD_BYTES = ARGUMENT + ARGUMENT_BYTES;

    /* struct pidcap_held_socket */
    static final int HELD_COOKIE = 0;
    static final int HELD_NETNS_COOKIE = 8;
    static final int HELD_NETNS_INODE = 16;
    static final int HELD_TGID = 20;
    static final int HELD_LOCAL_ADDRESS = 24;
    static final int HELD_REMOTE_ADDRESS = 40;
    static final int HELD_LOCAL_PORT = 56;
    static final int HELD_REMOTE_PORT = 58;
    static final int HELD_TYPE = 60;
    static final int HELD_PROTOCOL = 62;
    static final int HELD_STATE = 63;
    static final int HELD_SOCKET_BYTES = 64;

    /* struct pidcap_port */
    static final int PORT_OLDER = 16;
    static final int PORT_QUIET = 24;
    static final int PORT_BYTES = 32;

    /* enum pidcap_number, and the size of an element */
    static final int LOST_RECORDS = 0;
    static final int LOST_STATES = 1;
    static final int OLDER_RAW_SENDERS = 3;
    static final int READER_WAITS = 4;
    static final int RAISED = 5;
    static final int SETTLED = 6;
    static final int NUMBERS = 7;
    static final int NUMBER_BYTES = 8;

    /* struct pidcap_mark, and the bits of its second word */
    static final int MARK_TOLD = 0;
    static final int MARK_DECIDED = 8;
    static final int MARK_BYTES = 16;
    static final long MARK_UNWANTED = 1L << 63;
    static final long MARK_OPEN = 1L << 62;
    static final int CAPTURES = 64;

    /* enum pidcap_watched */
    static final int WATCHED = 1;
    static final int TRUSTED = 2;

    private static final boolean SWAP = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private FlowRecordLayout() {}

    /** Whether {@code length} bytes hold a record of its kind whole. */
    static boolean isWhole(ByteBuffer bytes, int at, int length) {
        if (length < PATH) {
            return false;
        }
        return switch (bytes.getInt(at + KIND)) {
            case SOCKET_OPENED, SOCKET_RELEASED, SOCKET_ENDED, SOCKET_USED, SOCKET_GIVEN ->
                length >= SOCKET_RECORD_BYTES;
            case PROCESS_EXECUTED -> length >= PROCESS_RECORD_BYTES;
            case PROCESS_FILE ->
                length >= FILE_RECORD_BYTES
                        && Integer.compareUnsigned(bytes.getInt(at + NAMES_BYTES), MOST_NAMES_BYTES) <= 0;
            case PROCESS_FORKED, TRUSTED_FORKED, PROCESS_EXITED, PROCESS_RENAMED, DESCRIPTORS_TAKEN -> true;
            default -> false;
        };
    }

    /** What the socket's packets look like; a wildcard remote end is {@link Endpoint#NONE}. */
    static FiveTuple tuple(ByteBuffer bytes, int at) {
        return new FiveTuple(
                bytes.get(at + PROTOCOL) & 0xff,
                endpoint(bytes, at + LOCAL_ADDRESS, at + LOCAL_PORT),
                endpoint(bytes, at + REMOTE_ADDRESS, at + REMOTE_PORT));
    }

    static SocketState state(ByteBuffer bytes, int at) {
        return switch (bytes.get(at + STATE)) {
            case LISTENING -> SocketState.LISTENING;
            case CONNECTED -> SocketState.CONNECTED;
            default -> SocketState.BOUND;
        };
    }

    /** An address in network order, and a port in the host's. */
    static Endpoint endpoint(ByteBuffer bytes, int addressAt, int portAt) {
        IpAddress address = IpAddress.of(networkLong(bytes, addressAt), networkLong(bytes, addressAt + 8));
        int port = bytes.getShort(portAt) & 0xffff;
        return port == 0 && address.isAny() ? Endpoint.NONE : new Endpoint(address, port);
    }

    private static long networkLong(ByteBuffer bytes, int at) {
        long value = bytes.getLong(at);
        return SWAP ? Long.reverseBytes(value) : value;
    }

    /** The absolute path of which the names are told from the last one up; empty: it is not known. */
    static String path(ByteBuffer bytes, int at) {
        byte[] names = new byte[bytes.getInt(at + NAMES_BYTES)];
        bytes.get(at + NAMES, names);
        StringBuilder path = new StringBuilder();
        int begin = 0;
        for (int i = 0; i < names.length; i++) {
            if (names[i] == 0) {
                path.insert(0, "/" + new String(names, begin, i - begin, StandardCharsets.UTF_8));
                begin = i + 1;
            }
        }
        return path.toString();
    }

    /** Text of at most {@code most} bytes that ends with NUL. */
    static String text(ByteBuffer bytes, int at, int most) {
        byte[] text = new byte[most];
        int length = 0;
        while (length < most && bytes.get(at + length) != 0) {
            text[length] = bytes.get(at + length);
            length++;
        }
        return new String(text, 0, length, StandardCharsets.UTF_8);
    }
}
