package io.pidcap.protocol.file;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a capture file says of a packet beside its bytes and its time.
 *
 * @param comments in the file's order
 * @param processId of {@code epb_processid_threadid}, unsigned; -1: not told
 * @param process what the packet's Darwin option refers to; null: nothing known
 * @param effectiveProcess the same of the option for the process on whose behalf it was, or of the other end
 * @param otherOptions how many more the packet has
 */
public record PacketAnnotations(
        List<String> comments,
        long processId,
        @Nullable DarwinProcess process,
        @Nullable DarwinProcess effectiveProcess,
        int otherOptions) {
    public static final PacketAnnotations NONE = new PacketAnnotations(List.of(), -1, null, null, 0);

    public PacketAnnotations {
        comments = List.copyOf(comments);
    }
}
