package io.pidcap.host.linux.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.pidcap.host.HostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Whatever the ring of the programs, a netlink socket and mountinfo bring: read, or refused, and nothing beyond it. */
final class KernelRecordFuzz {
    private static final int MARGIN_BYTES = 64;

    @FuzzTest(maxDuration = "10s")
    void shouldStayWithinTheRecord(byte[] bytes) {
        assertThat(read(between(bytes, (byte) 0x00), bytes.length))
                .isEqualTo(read(between(bytes, (byte) 0x7f), bytes.length));
        assertThat(diag(bytes, (byte) 0x00)).isEqualTo(diag(bytes, (byte) 0x7f));
        List<String> lines =
                new String(bytes, StandardCharsets.ISO_8859_1).lines().toList();
        CgroupRoot.mountPoint(lines).ifPresent(mount -> assertThat(mount).isNotNull());
    }

    private static ByteBuffer between(byte[] bytes, byte margin) {
        byte[] memory = new byte[bytes.length + 2 * MARGIN_BYTES];
        Arrays.fill(memory, margin);
        System.arraycopy(bytes, 0, memory, MARGIN_BYTES, bytes.length);
        return ByteBuffer.wrap(memory).order(ByteOrder.nativeOrder());
    }

    /** All that {@link RecordReader} takes from a record. */
    private static String read(ByteBuffer memory, int length) {
        int at = MARGIN_BYTES;
        if (!FlowRecordLayout.isWhole(memory, at, length)) {
            return "refused";
        }
        return switch (memory.getInt(at + FlowRecordLayout.KIND)) {
            case FlowRecordLayout.PROCESS_FILE ->
                FlowRecordLayout.path(memory, at)
                        + FlowRecordLayout.text(
                                memory, at + FlowRecordLayout.ARGUMENT, FlowRecordLayout.ARGUMENT_BYTES);
            case FlowRecordLayout.PROCESS_EXECUTED ->
                process(memory, at)
                        + FlowRecordLayout.text(memory, at + FlowRecordLayout.PATH, FlowRecordLayout.PATH_BYTES);
            case FlowRecordLayout.PROCESS_FORKED,
                    FlowRecordLayout.TRUSTED_FORKED,
                    FlowRecordLayout.PROCESS_EXITED,
                    FlowRecordLayout.PROCESS_RENAMED,
                    FlowRecordLayout.DESCRIPTORS_TAKEN -> process(memory, at);
            default ->
                FlowRecordLayout.tuple(memory, at)
                        + " " + FlowRecordLayout.state(memory, at)
                        + " " + memory.getInt(at + FlowRecordLayout.UID)
                        + FlowRecordLayout.text(memory, at + FlowRecordLayout.COMM, FlowRecordLayout.COMM_BYTES);
        };
    }

    private static String process(ByteBuffer memory, int at) {
        return memory.getInt(at + FlowRecordLayout.PARENT_TGID)
                + " " + memory.getInt(at + FlowRecordLayout.PROCESS_UID)
                + FlowRecordLayout.text(memory, at + FlowRecordLayout.PROCESS_COMM, FlowRecordLayout.COMM_BYTES);
    }

    private static String diag(byte[] bytes, byte margin) {
        byte[] memory = Arrays.copyOf(bytes, bytes.length + MARGIN_BYTES);
        Arrays.fill(memory, bytes.length, memory.length, margin);
        SocketDiag diag = new SocketDiag();
        try {
            boolean more = diag.parse(ByteBuffer.wrap(memory).order(ByteOrder.nativeOrder()), bytes.length);
            return more + " " + diag.cookies() + diag.open();
        } catch (HostException e) {
            return e.getMessage();
        }
    }
}
