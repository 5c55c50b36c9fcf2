package io.pidcap.protocol.file;

/**
 * A process event block of Darwin's tcpdump, which describes a process once for all packets that refer to it.
 *
 * @param pid unsigned
 * @param name empty: not told; cut to {@value #MAX_NAME_BYTES} bytes
 */
public record DarwinProcess(long pid, String name) {
    static final int MAX_NAME_BYTES = 1024;
}
