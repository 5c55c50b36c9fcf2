package io.pidcap.protocol.wire;

import com.google.protobuf.MessageLite;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** How much still goes into one part of a message that is sent in pieces. */
final class PartBudget {
    private int entries;
    private int bytes;
    private boolean full;

    /** True: an entry of this size goes in, and is counted; the first one always does. False: the part is full. */
    private boolean take(int entryBytes) {
        boolean fits = entries < PipeLimits.MAX_BATCH_ENTRIES && bytes + entryBytes <= PipeLimits.MAX_PART_BYTES;
        if (!fits && entries > 0) {
            full = true;
            return false;
        }
        entries++;
        bytes += entryBytes;
        return true;
    }

    /**
     * Adds entries of {@code list} from index {@code from} on, as far as they go in.
     *
     * @return the index of the first one that is left
     */
    <T, M extends MessageLite> int fill(List<T> list, int from, Function<T, M> toMessage, Consumer<M> add) {
        int next = from;
        while (!full && next < list.size()) {
            M message = toMessage.apply(list.get(next));
            if (take(message.getSerializedSize())) {
                add.accept(message);
                next++;
            }
        }
        return next;
    }

    /** True: an entry did not go in. */
    boolean isFull() {
        return full;
    }
}
