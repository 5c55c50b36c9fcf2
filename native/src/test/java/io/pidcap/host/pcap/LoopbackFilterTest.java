package io.pidcap.host.pcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class LoopbackFilterTest {
    private static final int OUTGOING = 4;
    private static final int HOST = 0;
    private static final int LO = 1;
    private static final int ETH0 = 2;
    private static final int TAKEN = 77;

    @Test
    void shouldPassOnlyTheSentCopyOfLoopbackOverWhenRun() {
        byte[] program = LoopbackFilter.behindPrefix(takeAll(), LO);
        assertThat(run(program, OUTGOING, LO)).isZero();
        assertThat(run(program, HOST, LO)).isEqualTo(TAKEN);
        assertThat(run(program, OUTGOING, ETH0)).isEqualTo(TAKEN);
        assertThat(run(program, HOST, ETH0)).isEqualTo(TAKEN);
    }

    @Test
    void shouldSayWhichStepWhenTheKernelRefuses() {
        assertThatThrownBy(() -> LoopbackFilter.attach(-1))
                .isInstanceOf(IOException.class)
                .hasMessage("SO_GET_FILTER: Bad file descriptor (9)");
    }

    private static byte[] takeAll() {
        byte[] program = new byte[LoopbackFilter.INSTRUCTION_BYTES];
        ByteBuffer.wrap(program)
                .order(ByteOrder.nativeOrder())
                .putShort((short) 6)
                .putShort((short) 0)
                .putInt(TAKEN);
        return program;
    }

    /** What the kernel does with the few instructions in use. */
    private static int run(byte[] program, int packetType, int interfaceIndex) {
        ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.nativeOrder());
        int accumulator = 0;
        int at = 0;
        while (true) {
            int base = at * LoopbackFilter.INSTRUCTION_BYTES;
            int operand = code.getInt(base + 4);
            at++;
            switch (code.getShort(base)) {
                case 0x20 -> accumulator = operand == -0x1000 + 4 ? packetType : interfaceIndex;
                case 0x15 -> at += accumulator == operand ? code.get(base + 2) : code.get(base + 3);
                case 0x06 -> {
                    return operand;
                }
                default -> throw new AssertionError("instruction " + code.getShort(base));
            }
        }
    }
}
