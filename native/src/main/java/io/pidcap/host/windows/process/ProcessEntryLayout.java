package io.pidcap.host.windows.process;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** PROCESSENTRY32W (tlhelp32.h) for 64 bits: bytes to records. */
final class ProcessEntryLayout {
    static final int BYTES = 568;
    /** DWORD dwSize, which the caller fills in. */
    static final int SIZE = 0;

    static final int PID = 8;
    static final int PARENT_PID = 32;
    static final int EXE_FILE = 44;
    static final int MAX_PATH = 260;

    private ProcessEntryLayout() {}

    /** @param entry {@link #BYTES} long */
    static ListedProcess parse(byte[] entry) {
        ByteBuffer buffer = ByteBuffer.wrap(entry).order(ByteOrder.LITTLE_ENDIAN);
        int end = EXE_FILE;
        while (end < EXE_FILE + 2 * MAX_PATH && buffer.getShort(end) != 0) {
            end += 2;
        }
        return new ListedProcess(
                buffer.getInt(PID),
                buffer.getInt(PARENT_PID),
                new String(entry, EXE_FILE, end - EXE_FILE, StandardCharsets.UTF_16LE));
    }
}
