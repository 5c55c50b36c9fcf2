package io.pidcap.protocol.file;

import io.pidcap.protocol.model.NotedProcess;
import io.pidcap.protocol.model.PacketLabel;
import io.pidcap.protocol.model.ProcessIdentity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Encodes notes as options of enhanced packet blocks, once for all the packets that carry them:
 *
 * <ul>
 *   <li>the comment, {@link NoteText};
 *   <li>epb_flags with the direction;
 *   <li>epb_processid_threadid, with the thread 0, which is not known;
 *   <li>a reference to the Darwin process block of the process, and, as effective process, of its peer.
 * </ul>
 *
 * A process block stands in the file before the first packet that refers to it.
 */
final class PcapngNotes {
    /** So many processes are remembered; the block of one that was forgotten is written again. */
    static final int MOST_PROCESSES = 1 << 16;

    private static final int INBOUND = 1;
    private static final int OUTBOUND = 2;
    /** Of all options but the comment, with their codes and lengths, and of the end of the options. */
    private static final int MOST_NUMBERS_BYTES = 8 + 12 + 8 + 8 + 4;

    /** The options of a packet, with their end. */
    static final class EncodedOptions implements PacketLabel {
        final byte[] bytes;

        EncodedOptions(byte[] bytes) {
            this.bytes = bytes;
        }
    }

    /** What a process block tells apart. */
    private record Shown(ProcessIdentity identity, String name) {}

    private final FileOutput out;
    private final Annotation annotation;
    private final boolean withArguments;
    private final Map<Shown, Integer> blockOfProcess = new HashMap<>();
    private int blocks;

    PcapngNotes(FileOutput out, Annotation annotation, boolean withArguments) {
        this.out = out;
        this.annotation = annotation;
        this.withArguments = withArguments;
    }

    boolean isSilent() {
        return annotation == Annotation.NONE;
    }

    EncodedOptions ofComment(String comment) throws IOException {
        return encode(comment, null);
    }

    EncodedOptions of(PacketNote note) throws IOException {
        return encode(NoteText.of(note, withArguments), annotation == Annotation.ALL ? note : null);
    }

    private EncodedOptions encode(String comment, @Nullable PacketNote numbers) throws IOException {
        byte[] text = PcapngBlock.utf8(comment);
        ByteBuffer bytes = ByteBuffer.allocate(4 + PcapngFormat.padded(text.length) + MOST_NUMBERS_BYTES)
                .order(ByteOrder.nativeOrder());
        header(bytes, PcapngFormat.OPT_COMMENT, text.length);
        bytes.put(text).position(4 + PcapngFormat.padded(text.length));
        if (numbers != null) {
            numbers(bytes, numbers);
        }
        bytes.putInt(PcapngFormat.OPT_ENDOFOPT);
        byte[] options = new byte[bytes.position()];
        bytes.get(0, options);
        return new EncodedOptions(options);
    }

    private void numbers(ByteBuffer bytes, PacketNote note) throws IOException {
        if (note.direction() != PacketNote.Direction.UNKNOWN) {
            header(bytes, PcapngFormat.EPB_FLAGS, 4);
            bytes.putInt(note.direction() == PacketNote.Direction.INBOUND ? INBOUND : OUTBOUND);
        }
        NotedProcess process = note.process();
        if (process != null) {
            header(bytes, PcapngFormat.EPB_PROCESSID_THREADID, 8);
            bytes.putInt(process.identity().pid()).putInt(0);
            header(bytes, PcapngFormat.EPB_DARWIN_PROCESS, 4);
            bytes.putInt(block(process));
        }
        NotedProcess peer = note.peer();
        if (peer != null) {
            header(bytes, PcapngFormat.EPB_DARWIN_EFFECTIVE_PROCESS, 4);
            bytes.putInt(block(peer));
        }
    }

    private static void header(ByteBuffer bytes, int code, int length) {
        bytes.putShort((short) code).putShort((short) length);
    }

    /** Its index among the process blocks of the file. */
    private int block(NotedProcess process) throws IOException {
        Shown shown = new Shown(process.identity(), process.name());
        Integer known = blockOfProcess.get(shown);
        if (known != null) {
            return known;
        }
        if (blockOfProcess.size() == MOST_PROCESSES) {
            blockOfProcess.clear();
        }
        ByteBuffer buffer = out.reserve(2 * PcapngFormat.MAX_OPTION_BYTES);
        PcapngBlock block = new PcapngBlock(buffer, PcapngFormat.DARWIN_PROCESS_BLOCK);
        buffer.putInt(process.identity().pid());
        block.optionText(PcapngFormat.DPEB_NAME, process.name()).end();
        blockOfProcess.put(shown, blocks);
        return blocks++;
    }
}
