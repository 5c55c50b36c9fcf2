package io.pidcap.protocol.file;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The processes that a pcapng file has described so far, and what its packets say of them. Packets refer to them by
 * their index in the whole file, as Wireshark counts them.
 */
final class DarwinProcesses {
    /** What is kept of a hostile file stays small; later ones are not known. */
    private static final int MAX_PROCESSES = 1 << 16;

    private final List<DarwinProcess> processes = new ArrayList<>();

    /** The block where {@code blocks} stands. */
    void add(PcapngBlockReader blocks) throws CaptureFileException {
        int start = blocks.bodyOffset();
        if (processes.size() == MAX_PROCESSES) {
            return;
        }
        if (blocks.bodyEnd() - start < 4) {
            throw blocks.bad("a process block that is too short");
        }
        String[] name = {""};
        PcapngOptions.visit(blocks, start + 4, (code, offset, value) -> {
            if (code == PcapngFormat.DPEB_NAME) {
                name[0] = PcapngOptions.text(value.limit(Math.min(value.limit(), DarwinProcess.MAX_NAME_BYTES)));
            }
        });
        processes.add(new DarwinProcess(Integer.toUnsignedLong(blocks.body().getInt(start)), name[0]));
    }

    /** Of the packet block where {@code blocks} stands. */
    PacketAnnotations annotations(PcapngBlockReader blocks, int optionsOffset) throws CaptureFileException {
        if (optionsOffset >= blocks.bodyEnd()) {
            return PacketAnnotations.NONE;
        }
        boolean enhanced = blocks.type() == PcapngFormat.ENHANCED_PACKET_BLOCK;
        Collected found = new Collected(enhanced);
        PcapngOptions.visit(blocks, optionsOffset, found);
        return new PacketAnnotations(
                found.comments, found.processId, found.process, found.effectiveProcess, found.otherOptions);
    }

    private final class Collected implements PcapngOptions.Visitor {
        /** Of an older kind of block the other codes mean other things. */
        private final boolean enhanced;

        private final List<String> comments = new ArrayList<>();
        private long processId = -1;
        private @Nullable DarwinProcess process;
        private @Nullable DarwinProcess effectiveProcess;
        private int otherOptions;

        Collected(boolean enhanced) {
            this.enhanced = enhanced;
        }

        @Override
        public void option(int code, int offset, ByteBuffer value) {
            if (code == PcapngFormat.OPT_COMMENT) {
                comments.add(PcapngOptions.text(value));
            } else if (enhanced && value.limit() >= 4) {
                int first = value.getInt(0);
                switch (code) {
                    case PcapngFormat.EPB_PROCESSID_THREADID -> processId = Integer.toUnsignedLong(first);
                    case PcapngFormat.EPB_DARWIN_PROCESS -> process = at(first);
                    case PcapngFormat.EPB_DARWIN_EFFECTIVE_PROCESS -> effectiveProcess = at(first);
                    default -> otherOptions++;
                }
            } else {
                otherOptions++;
            }
        }

        private @Nullable DarwinProcess at(int index) {
            return index >= 0 && index < processes.size() ? processes.get(index) : null;
        }
    }
}
