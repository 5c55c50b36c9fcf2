package io.pidcap.protocol.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.InvalidProtocolBufferException;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketEntry;
import io.pidcap.protocol.v1.JournalRecord;
import io.pidcap.protocol.v1.LocalAddressMessage;
import io.pidcap.protocol.v1.ObservedTimeMessage;
import io.pidcap.protocol.v1.Process;
import io.pidcap.protocol.v1.RunSnapshotPart;
import io.pidcap.protocol.v1.SnapshotPart;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a journal's record of a part of a snapshot without a message for each socket: of a hundred thousand sockets that
 * is most of the time and nearly all of the memory. It reads what is usual and right. Of all else, also of what breaks a
 * rule, it says nothing, and the generated classes must read it, which know everything and tell what is wrong. One
 * thread.
 */
public final class JournalSnapshotDecoder {
    private static final int LENGTH_DELIMITED = 2;
    private static final int PART_TAG = tag(JournalRecord.SNAPSHOT_PART_FIELD_NUMBER, LENGTH_DELIMITED);

    private final SocketDecoder sockets = new SocketDecoder();

    /** A part, and the run that it belongs to. */
    public record Found(int run, DecodedSnapshotPart part) {}

    /**
     * Reads one whole {@link JournalRecord}.
     *
     * @return null: it is not a part of a snapshot, or not a usual one
     */
    public @Nullable Found decode(byte[] bytes, int offset, int length) {
        try {
            return entry(CodedInputStream.newInstance(bytes, offset, length));
        } catch (ProtocolException | IOException e) {
            return null;
        }
    }

    private @Nullable Found entry(CodedInputStream in) throws IOException {
        Found found = null;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == PART_TAG && found == null) {
                int end = in.pushLimit(in.readRawVarint32());
                found = ofRun(in);
                in.popLimit(end);
            } else if (tag >>> 3 != JournalRecord.WRITTEN_EPOCH_NANOS_FIELD_NUMBER || !in.skipField(tag)) {
                return null;
            }
        }
        return found;
    }

    private Found ofRun(CodedInputStream in) throws IOException {
        int run = 0;
        DecodedSnapshotPart part = null;
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            if (tag == tag(RunSnapshotPart.RUN_FIELD_NUMBER, 0)) {
                run = in.readUInt32();
            } else if (tag == tag(RunSnapshotPart.PART_FIELD_NUMBER, LENGTH_DELIMITED) && part == null) {
                int end = in.pushLimit(in.readRawVarint32());
                part = part(in);
                in.popLimit(end);
            } else {
                throw new UnusualMessage();
            }
        }
        if (part == null) {
            throw new UnusualMessage();
        }
        return new Found(run, part);
    }

    private DecodedSnapshotPart part(CodedInputStream in) throws IOException {
        ObservedTime taken = null;
        long ownNetnsId = 0;
        boolean last = false;
        List<ProcessInfo> processes = new ArrayList<>();
        List<SocketEntry> entries = new ArrayList<>();
        List<LocalAddress> addresses = new ArrayList<>();
        for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
            switch (tag) {
                case SnapshotPart.TAKEN_FIELD_NUMBER << 3 | LENGTH_DELIMITED -> {
                    require(taken == null);
                    taken = EventMapper.toModel(in.readMessage(ObservedTimeMessage.parser(), registry()));
                }
                case SnapshotPart.OWN_NETNS_ID_FIELD_NUMBER << 3 | 1 -> ownNetnsId = in.readFixed64();
                case SnapshotPart.PROCESSES_FIELD_NUMBER << 3 | LENGTH_DELIMITED ->
                    processes.add(EventMapper.toModel(in.readMessage(Process.parser(), registry())));
                case SnapshotPart.SOCKETS_FIELD_NUMBER << 3 | LENGTH_DELIMITED -> {
                    int end = in.pushLimit(in.readRawVarint32());
                    entries.add(sockets.decode(in));
                    in.popLimit(end);
                }
                case SnapshotPart.LOCAL_ADDRESSES_FIELD_NUMBER << 3 | LENGTH_DELIMITED ->
                    addresses.add(EventMapper.toModel(in.readMessage(LocalAddressMessage.parser(), registry())));
                case SnapshotPart.LAST_FIELD_NUMBER << 3 -> last = in.readBool();
                default -> throw new UnusualMessage();
            }
        }
        if (taken == null) {
            throw new UnusualMessage();
        }
        return new DecodedSnapshotPart(taken, ownNetnsId, processes, entries, addresses, last);
    }

    private static ExtensionRegistryLite registry() {
        return ExtensionRegistryLite.getEmptyRegistry();
    }

    private static int tag(int field, int wireType) {
        return field << 3 | wireType;
    }

    static void require(boolean usual) throws UnusualMessage {
        if (!usual) {
            throw new UnusualMessage();
        }
    }

    /** Carries no place: it is caught where the decoding began. */
    static final class UnusualMessage extends InvalidProtocolBufferException {
        private static final long serialVersionUID = 1;

        UnusualMessage() {
            super("unusual");
        }
    }
}
