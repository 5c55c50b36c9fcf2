package io.pidcap.host.pcap;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.ptr.IntByReference;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Linux taps a packet on lo twice, as sent and as received. libpcap passes over the first copy, but only after the kernel
 * has put both into the ring and counted both. This puts a test for that copy in front of the program that libpcap has
 * attached, so that the ring holds twice as much and {@code ps_recv} is what was captured.
 *
 * <p>A filter of {@code inbound} through libpcap would not do: what is in the ring when a filter is set libpcap filters by
 * itself, where a packet's direction is not known, and so it would lose the first packets. Here the kernel swaps one program
 * for another at once, and libpcap is not told.
 */
final class LoopbackFilter {
    /** struct sock_filter { __u16 code; __u8 jt; __u8 jf; __u32 k; } */
    static final int INSTRUCTION_BYTES = 8;

    private static final String LOOPBACK = "lo";

    /** BPF_LD | BPF_W | BPF_ABS, BPF_JMP | BPF_JEQ | BPF_K, BPF_RET | BPF_K: linux/bpf_common.h. */
    private static final short LOAD = 0x20;

    private static final short JUMP_IF_EQUAL = 0x15;
    private static final short RETURN = 0x06;

    /** SKF_AD_OFF + SKF_AD_PKTTYPE and + SKF_AD_IFINDEX: linux/filter.h. */
    private static final int PACKET_TYPE = -0x1000 + 4;

    private static final int INTERFACE_INDEX = -0x1000 + 8;

    /** linux/if_packet.h. */
    private static final int PACKET_OUTGOING = 4;

    private static final int WHOLE_PACKET = 0x40000;
    private static final int PREFIX_INSTRUCTIONS = 5;

    private LoopbackFilter() {}

    /**
     * @param socket a packet socket on which libpcap has finished setting its filter
     * @return the index of the loopback interface; 0: there is none
     * @throws IOException with the step that the kernel refused; the socket's filter is as it was
     */
    static int attach(int socket) throws IOException {
        NetworkInterface loopback = NetworkInterface.getByName(LOOPBACK);
        if (loopback == null) {
            return 0;
        }
        attach(socket, behindPrefix(attached(socket), loopback.getIndex()));
        return loopback.getIndex();
    }

    /** The program that is attached, or one that takes everything. */
    private static byte[] attached(int socket) throws IOException {
        IntByReference instructions = new IntByReference(0);
        check("SO_GET_FILTER", getFilter(socket, null, instructions));
        int count = instructions.getValue();
        if (count == 0) {
            byte[] takeAll = new byte[INSTRUCTION_BYTES];
            instruction(over(takeAll), RETURN, 0, 0, WHOLE_PACKET);
            return takeAll;
        }
        try (Memory program = new Memory((long) count * INSTRUCTION_BYTES)) {
            check("SO_GET_FILTER", getFilter(socket, program, instructions));
            return program.getByteArray(0, count * INSTRUCTION_BYTES);
        }
    }

    /** This option counts its length in instructions, not bytes. */
    private static int getFilter(int socket, @Nullable Memory program, IntByReference instructions) {
        return LibcLibrary.get()
                .getsockopt(socket, LibcLibrary.SOL_SOCKET, LibcLibrary.SO_GET_FILTER, program, instructions);
    }

    /** Jumps in a program are relative, so that any program can stand behind the test. */
    static byte[] behindPrefix(byte[] program, int loopbackIndex) {
        byte[] whole = new byte[PREFIX_INSTRUCTIONS * INSTRUCTION_BYTES + program.length];
        ByteBuffer out = over(whole);
        instruction(out, LOAD, 0, 0, PACKET_TYPE);
        instruction(out, JUMP_IF_EQUAL, 0, 3, PACKET_OUTGOING);
        instruction(out, LOAD, 0, 0, INTERFACE_INDEX);
        instruction(out, JUMP_IF_EQUAL, 0, 1, loopbackIndex);
        instruction(out, RETURN, 0, 0, 0);
        out.put(program);
        return whole;
    }

    private static ByteBuffer over(byte[] program) {
        return ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
    }

    private static void instruction(ByteBuffer out, short code, int ifTrue, int ifFalse, int operand) {
        out.putShort(code).put((byte) ifTrue).put((byte) ifFalse).putInt(operand);
    }

    /** struct sock_fprog { unsigned short len; struct sock_filter *filter; } */
    private static void attach(int socket, byte[] program) throws IOException {
        try (Memory instructions = new Memory(program.length);
                Memory fprog = new Memory(2L * Native.POINTER_SIZE)) {
            instructions.write(0, program, 0, program.length);
            fprog.clear();
            fprog.setShort(0, (short) (program.length / INSTRUCTION_BYTES));
            fprog.setPointer(Native.POINTER_SIZE, instructions);
            check(
                    "SO_ATTACH_FILTER",
                    LibcLibrary.get()
                            .setsockopt(socket, LibcLibrary.SOL_SOCKET, LibcLibrary.SO_ATTACH_FILTER, fprog, (int)
                                    fprog.size()));
        }
    }

    private static void check(String step, int status) throws IOException {
        if (status != 0) {
            int errno = Native.getLastError();
            throw new IOException(step + ": " + LibcLibrary.get().strerror(errno) + " (" + errno + ")");
        }
    }
}
