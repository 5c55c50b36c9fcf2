package io.pidcap.protocol.file;

/** Numbers of draft-ietf-opsawg-pcapng; names as there. */
final class PcapngFormat {
    static final int SECTION_HEADER_BLOCK = 0x0a0d0d0a;
    static final int INTERFACE_DESCRIPTION_BLOCK = 1;
    static final int PACKET_BLOCK = 2;
    static final int SIMPLE_PACKET_BLOCK = 3;
    static final int INTERFACE_STATISTICS_BLOCK = 5;
    static final int ENHANCED_PACKET_BLOCK = 6;
    /** Of Apple's libpcap, read by Wireshark: a process that packets refer to by the block's index in the file. */
    static final int DARWIN_PROCESS_BLOCK = 0x8000_0001;

    static final int BYTE_ORDER_MAGIC = 0x1a2b3c4d;
    /** Type, total length, and the total length again at the end. */
    static final int BLOCK_OVERHEAD = 12;

    static final int OPT_ENDOFOPT = 0;
    static final int OPT_COMMENT = 1;
    static final int SHB_HARDWARE = 2;
    static final int SHB_OS = 3;
    static final int SHB_USERAPPL = 4;
    static final int IF_NAME = 2;
    static final int IF_TSRESOL = 9;
    static final int IF_FILTER = 11;
    static final int IF_TSOFFSET = 14;
    static final int EPB_FLAGS = 2;
    static final int EPB_PROCESSID_THREADID = 8;
    /** The index of the packet's DARWIN_PROCESS_BLOCK, */
    static final int EPB_DARWIN_PROCESS = 0x8001;
    /** and of the one on whose behalf it was. */
    static final int EPB_DARWIN_EFFECTIVE_PROCESS = 0x8003;

    static final int DPEB_NAME = 2;
    static final int ISB_STARTTIME = 2;
    static final int ISB_ENDTIME = 3;
    static final int ISB_IFRECV = 4;
    static final int ISB_IFDROP = 5;
    static final int ISB_OSDROP = 7;
    static final int ISB_USRDELIV = 8;

    static final int MAX_OPTION_BYTES = 65535;

    private PcapngFormat() {}

    static int padded(int length) {
        return (length + 3) & ~3;
    }
}
