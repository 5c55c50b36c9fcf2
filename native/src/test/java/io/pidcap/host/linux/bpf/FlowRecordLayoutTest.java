package io.pidcap.host.linux.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.RequiredFeature;
import io.pidcap.protocol.model.Endpoint;
import io.pidcap.protocol.model.FiveTuple;
import io.pidcap.protocol.model.SocketState;
import io.pidcap.protocol.model.TransportProtocol;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlowRecordLayoutTest {
    @TempDir
    Path directory;

    /** What C calls it, and where Java thinks that it is. */
    private static Map<String, Integer> expected() {
        Map<String, Integer> expected = new LinkedHashMap<>();
        String socket = "struct pidcap_socket_record";
        expected.put(offset(socket, "time_ns"), FlowRecordLayout.TIME_NS);
        expected.put(offset(socket, "kind"), FlowRecordLayout.KIND);
        expected.put(offset(socket, "tgid"), FlowRecordLayout.TGID);
        expected.put(offset(socket, "cookie"), FlowRecordLayout.COOKIE);
        expected.put(offset(socket, "listener_cookie"), FlowRecordLayout.LISTENER_COOKIE);
        expected.put(offset(socket, "netns_cookie"), FlowRecordLayout.NETNS_COOKIE);
        expected.put(offset(socket, "since_ns"), FlowRecordLayout.SINCE_NS);
        expected.put(offset(socket, "local_address"), FlowRecordLayout.LOCAL_ADDRESS);
        expected.put(offset(socket, "remote_address"), FlowRecordLayout.REMOTE_ADDRESS);
        expected.put(offset(socket, "local_port"), FlowRecordLayout.LOCAL_PORT);
        expected.put(offset(socket, "remote_port"), FlowRecordLayout.REMOTE_PORT);
        expected.put(offset(socket, "protocol"), FlowRecordLayout.PROTOCOL);
        expected.put(offset(socket, "state"), FlowRecordLayout.STATE);
        expected.put(offset(socket, "flags"), FlowRecordLayout.FLAGS);
        expected.put(offset(socket, "uid"), FlowRecordLayout.UID);
        expected.put(offset(socket, "comm"), FlowRecordLayout.COMM);
        expected.put("sizeof(" + socket + ")", FlowRecordLayout.SOCKET_RECORD_BYTES);
        String process = "struct pidcap_process_record";
        expected.put(offset(process, "time_ns"), FlowRecordLayout.TIME_NS);
        expected.put(offset(process, "kind"), FlowRecordLayout.KIND);
        expected.put(offset(process, "tgid"), FlowRecordLayout.TGID);
        expected.put(offset(process, "parent_tgid"), FlowRecordLayout.PARENT_TGID);
        expected.put(offset(process, "uid"), FlowRecordLayout.PROCESS_UID);
        expected.put(offset(process, "comm"), FlowRecordLayout.PROCESS_COMM);
        expected.put(offset(process, "path"), FlowRecordLayout.PATH);
        expected.put("sizeof(" + process + ")", FlowRecordLayout.PROCESS_RECORD_BYTES);
        String file = "struct pidcap_file_record";
        expected.put(offset(file, "time_ns"), FlowRecordLayout.TIME_NS);
        expected.put(offset(file, "kind"), FlowRecordLayout.KIND);
        expected.put(offset(file, "tgid"), FlowRecordLayout.TGID);
        expected.put(offset(file, "names_bytes"), FlowRecordLayout.NAMES_BYTES);
        expected.put(offset(file, "names"), FlowRecordLayout.NAMES);
        expected.put(offset(file, "argument"), FlowRecordLayout.ARGUMENT);
        expected.put("sizeof(" + file + ")", FlowRecordLayout.FILE_RECORD_BYTES);
        String held = "struct pidcap_held_socket";
        expected.put(offset(held, "cookie"), FlowRecordLayout.HELD_COOKIE);
        expected.put(offset(held, "netns_cookie"), FlowRecordLayout.HELD_NETNS_COOKIE);
        expected.put(offset(held, "netns_inode"), FlowRecordLayout.HELD_NETNS_INODE);
        expected.put(offset(held, "tgid"), FlowRecordLayout.HELD_TGID);
        expected.put(offset(held, "local_address"), FlowRecordLayout.HELD_LOCAL_ADDRESS);
        expected.put(offset(held, "remote_address"), FlowRecordLayout.HELD_REMOTE_ADDRESS);
        expected.put(offset(held, "local_port"), FlowRecordLayout.HELD_LOCAL_PORT);
        expected.put(offset(held, "remote_port"), FlowRecordLayout.HELD_REMOTE_PORT);
        expected.put(offset(held, "type"), FlowRecordLayout.HELD_TYPE);
        expected.put(offset(held, "protocol"), FlowRecordLayout.HELD_PROTOCOL);
        expected.put(offset(held, "state"), FlowRecordLayout.HELD_STATE);
        expected.put("sizeof(" + held + ")", FlowRecordLayout.HELD_SOCKET_BYTES);
        String port = "struct pidcap_port";
        expected.put(offset(port, "older"), FlowRecordLayout.PORT_OLDER);
        expected.put(offset(port, "quiet"), FlowRecordLayout.PORT_QUIET);
        expected.put("sizeof(" + port + ")", FlowRecordLayout.PORT_BYTES);
        expected.put("PIDCAP_COMM_BYTES", FlowRecordLayout.COMM_BYTES);
        expected.put("PIDCAP_PATH_BYTES", FlowRecordLayout.PATH_BYTES);
        expected.put("PIDCAP_ARGUMENT_BYTES", FlowRecordLayout.ARGUMENT_BYTES);
        expected.put("PIDCAP_SOCKET_OPENED", FlowRecordLayout.SOCKET_OPENED);
        expected.put("PIDCAP_SOCKET_RELEASED", FlowRecordLayout.SOCKET_RELEASED);
        expected.put("PIDCAP_SOCKET_ENDED", FlowRecordLayout.SOCKET_ENDED);
        expected.put("PIDCAP_SOCKET_USED", FlowRecordLayout.SOCKET_USED);
        expected.put("PIDCAP_SOCKET_GIVEN", FlowRecordLayout.SOCKET_GIVEN);
        expected.put("PIDCAP_PROCESS_FORKED", FlowRecordLayout.PROCESS_FORKED);
        expected.put("PIDCAP_PROCESS_EXECUTED", FlowRecordLayout.PROCESS_EXECUTED);
        expected.put("PIDCAP_PROCESS_EXITED", FlowRecordLayout.PROCESS_EXITED);
        expected.put("PIDCAP_PROCESS_RENAMED", FlowRecordLayout.PROCESS_RENAMED);
        expected.put("PIDCAP_PROCESS_FILE", FlowRecordLayout.PROCESS_FILE);
        expected.put("PIDCAP_TRUSTED_FORKED", FlowRecordLayout.TRUSTED_FORKED);
        expected.put("PIDCAP_DESCRIPTORS_TAKEN", FlowRecordLayout.DESCRIPTORS_TAKEN);
        expected.put("PIDCAP_BOUND", FlowRecordLayout.BOUND);
        expected.put("PIDCAP_LISTENING", FlowRecordLayout.LISTENING);
        expected.put("PIDCAP_CONNECTED", FlowRecordLayout.CONNECTED);
        expected.put("PIDCAP_AT_INGRESS", FlowRecordLayout.AT_INGRESS);
        expected.put("PIDCAP_AT_EGRESS", FlowRecordLayout.AT_EGRESS);
        expected.put("PIDCAP_ACCEPTED", FlowRecordLayout.ACCEPTED);
        expected.put("PIDCAP_DATA", FlowRecordLayout.DATA);
        expected.put("PIDCAP_LOST_RECORDS", FlowRecordLayout.LOST_RECORDS);
        expected.put("PIDCAP_LOST_STATES", FlowRecordLayout.LOST_STATES);
        expected.put("PIDCAP_OLDER_RAW_SENDERS", FlowRecordLayout.OLDER_RAW_SENDERS);
        String mark = "struct pidcap_mark";
        expected.put(offset(mark, "told"), FlowRecordLayout.MARK_TOLD);
        expected.put(offset(mark, "decided"), FlowRecordLayout.MARK_DECIDED);
        expected.put("sizeof(" + mark + ")", FlowRecordLayout.MARK_BYTES);
        expected.put("PIDCAP_WATCHED", FlowRecordLayout.WATCHED);
        expected.put("PIDCAP_TRUSTED", FlowRecordLayout.TRUSTED);
        expected.put("PIDCAP_MARKED", FlowRecordLayout.MARKED);
        expected.put("PIDCAP_RAISED", FlowRecordLayout.RAISED);
        expected.put("PIDCAP_SETTLED", FlowRecordLayout.SETTLED);
        expected.put("PIDCAP_UNWANTED >> 32", (int) (FlowRecordLayout.MARK_UNWANTED >>> 32));
        expected.put("PIDCAP_OPEN >> 32", (int) (FlowRecordLayout.MARK_OPEN >>> 32));
        expected.put("PIDCAP_CAPTURES", FlowRecordLayout.CAPTURES);
        expected.put("PIDCAP_NUMBERS", FlowRecordLayout.NUMBERS);
        return expected;
    }

    private static String offset(String struct, String field) {
        return "offsetof(" + struct + ", " + field + ")";
    }

    @Test
    void shouldAgreeWithTheHeaderThatTheProgramsAreCompiledWith() throws IOException, InterruptedException {
        Path compiler = Path.of("/usr/bin/cc");
        RequiredFeature.require("cc", Files.isExecutable(compiler), "needs a C compiler to read flow_events.h");
        StringBuilder source = new StringBuilder(
                        "#include <stddef.h>\n#include <stdio.h>\n#include \"flow_events.h\"\n")
                .append("int main(void) {\n");
        expected()
                .keySet()
                .forEach(text -> source.append("printf(\"%s=%zu\\n\", \"")
                        .append(text)
                        .append("\", (size_t)(")
                        .append(text)
                        .append("));\n"));
        Path file = directory.resolve("layout.c");
        Files.writeString(file, source.append("return 0; }\n"));
        Path program = directory.resolve("layout");
        run(compiler.toString(), "-I", BpfSources.DIRECTORY.toString(), "-o", program.toString(), file.toString());
        Map<String, Integer> actual = new LinkedHashMap<>();
        for (String line : run(program.toString()).split("\n")) {
            int equals = line.lastIndexOf('=');
            actual.put(line.substring(0, equals), Integer.parseUnsignedInt(line.substring(equals + 1)));
        }
        assertThat(actual).isEqualTo(expected());
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    private static ByteBuffer record(int kind) {
        ByteBuffer bytes = ByteBuffer.allocate(2048).order(ByteOrder.nativeOrder());
        bytes.putInt(FlowRecordLayout.KIND, kind);
        return bytes;
    }

    @Test
    void shouldReadATuple() {
        ByteBuffer bytes = record(FlowRecordLayout.SOCKET_OPENED);
        bytes.put(FlowRecordLayout.PROTOCOL, (byte) TransportProtocol.SCTP);
        bytes.put(FlowRecordLayout.STATE, (byte) FlowRecordLayout.CONNECTED);
        bytes.put(FlowRecordLayout.LOCAL_ADDRESS + 10, (byte) 0xff)
                .put(FlowRecordLayout.LOCAL_ADDRESS + 11, (byte) 0xff);
        bytes.put(FlowRecordLayout.LOCAL_ADDRESS + 12, (byte) 192).put(FlowRecordLayout.LOCAL_ADDRESS + 15, (byte) 7);
        bytes.putShort(FlowRecordLayout.LOCAL_PORT, (short) 65535);
        bytes.put(FlowRecordLayout.REMOTE_ADDRESS, (byte) 0xfe).put(FlowRecordLayout.REMOTE_ADDRESS + 15, (byte) 1);
        bytes.putShort(FlowRecordLayout.REMOTE_PORT, (short) 1);

        assertThat(FlowRecordLayout.tuple(bytes, 0))
                .isEqualTo(new FiveTuple(
                        TransportProtocol.SCTP, Watched.end("192.0.0.7", 65535), Watched.end("fe00::1", 1)));
        assertThat(FlowRecordLayout.state(bytes, 0)).isEqualTo(SocketState.CONNECTED);
    }

    @Test
    void shouldTakeNoRemoteEndAsNone() {
        ByteBuffer bytes = record(FlowRecordLayout.SOCKET_OPENED);
        bytes.put(FlowRecordLayout.REMOTE_ADDRESS + 10, (byte) 0xff)
                .put(FlowRecordLayout.REMOTE_ADDRESS + 11, (byte) 0xff);
        bytes.putShort(FlowRecordLayout.LOCAL_PORT, (short) 53);

        assertThat(FlowRecordLayout.tuple(bytes, 0).remote()).isEqualTo(Endpoint.NONE);
    }

    @Test
    void shouldRefuseRecordsThatAreCutShortOrUnknown() {
        for (int kind = 0; kind < 32; kind++) {
            int needed = switch (kind) {
                case 1, 2, 3, 4, 5 -> FlowRecordLayout.SOCKET_RECORD_BYTES;
                case 17 -> FlowRecordLayout.PROCESS_RECORD_BYTES;
                case 16, 18, 19, 21, 22 -> FlowRecordLayout.PATH;
                case 20 -> FlowRecordLayout.FILE_RECORD_BYTES;
                default -> Integer.MAX_VALUE;
            };
            ByteBuffer bytes = record(kind);
            for (int length = 0; length <= bytes.capacity(); length++) {
                assertThat(FlowRecordLayout.isWhole(bytes, 0, length)).isEqualTo(length >= needed);
            }
        }
    }

    @Test
    void shouldRefuseNamesThatAreLongerThanTheirRecord() {
        ByteBuffer bytes = record(FlowRecordLayout.PROCESS_FILE);
        for (int length : new int[] {-1, FlowRecordLayout.MOST_NAMES_BYTES + 1}) {
            bytes.putInt(FlowRecordLayout.NAMES_BYTES, length);
            assertThat(FlowRecordLayout.isWhole(bytes, 0, bytes.capacity())).isFalse();
        }
    }

    @Test
    void shouldReadAPathFromItsEnd() {
        ByteBuffer bytes = record(FlowRecordLayout.PROCESS_FILE);
        assertThat(FlowRecordLayout.path(bytes, 0)).isEmpty();
        byte[] names = "tool\0bin\0usr\0".getBytes(StandardCharsets.UTF_8);
        bytes.putInt(FlowRecordLayout.NAMES_BYTES, names.length).put(FlowRecordLayout.NAMES, names);
        assertThat(FlowRecordLayout.path(bytes, 0)).isEqualTo("/usr/bin/tool");
    }

    @Test
    void shouldReadTextUpToItsEnd() {
        ByteBuffer bytes = ByteBuffer.allocate(4);
        bytes.put(0, (byte) 'a').put(1, (byte) 'b');
        assertThat(FlowRecordLayout.text(bytes, 0, 4)).isEqualTo("ab");
        assertThat(FlowRecordLayout.text(bytes, 0, 1)).isEqualTo("a");
        assertThat(FlowRecordLayout.text(bytes, 2, 2)).isEmpty();
    }
}
