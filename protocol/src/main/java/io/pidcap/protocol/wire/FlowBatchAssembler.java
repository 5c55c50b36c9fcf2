package io.pidcap.protocol.wire;

import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.v1.FlowBatchMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The numbered pieces of one worker run, back to batches. A gap in the numbers is counted and the batch goes on with
 * what has come. One thread.
 */
public final class FlowBatchAssembler {
    /** Seconds of the fastest source; a peer that never sends a watermark must not fill the memory. */
    static final int MAX_ENTRIES = 1 << 21;

    private final List<ProcessInfo> processes = new ArrayList<>();
    private final List<FlowEvent> events = new ArrayList<>();
    private final List<ProcessIdentity> exits = new ArrayList<>();
    private final List<LocalAddress> localAddresses = new ArrayList<>();
    private boolean localAddressesChanged;
    private long lostEvents;
    private long lastNumber;
    private long missingPieces;

    /**
     * @return the batch with its last piece, null with the others
     * @throws ProtocolException the piece breaks a rule and is not counted in, or only in part
     */
    public @Nullable FlowBatch add(FlowBatchMessage piece) {
        check(piece);
        missingPieces += piece.getNumber() - lastNumber - 1;
        lastNumber = piece.getNumber();
        piece.getProcessesList().forEach(process -> processes.add(EventMapper.toModel(process)));
        piece.getEventsList().forEach(event -> events.add(EventMapper.toModel(event)));
        piece.getExitsList().forEach(exit -> exits.add(EventMapper.toModel(exit)));
        piece.getLocalAddressesList().forEach(address -> localAddresses.add(EventMapper.toModel(address)));
        localAddressesChanged |= piece.getLocalAddressesChanged();
        lostEvents += MessageChecks.counter(piece.getLostEvents(), "FlowBatchMessage.lost_events");
        if (!piece.hasCompleteUntil()) {
            return null;
        }
        FlowBatch batch = new FlowBatch(
                processes,
                events,
                exits,
                localAddressesChanged,
                localAddresses,
                lostEvents,
                EventMapper.toModel(piece.getCompleteUntil()),
                piece.hasGap() ? EventMapper.toModel(piece.getGap()) : null);
        clear();
        return batch;
    }

    /**
     * The next piece's number is not the next one: so many before it had come and were left out on purpose.
     *
     * @throws ProtocolException no run has so many
     */
    public void passOver(long pieces) {
        MessageChecks.counter(pieces, "RunFlowBatch.left_out_numbers");
        lastNumber = MessageChecks.counter(lastNumber + pieces, "RunFlowBatch.left_out_numbers");
    }

    /** Pieces that never came, since the first one of the run. */
    public long missingPieces() {
        return missingPieces;
    }

    private void check(FlowBatchMessage piece) {
        if (piece.getNumber() <= lastNumber) {
            throw MessageChecks.wrong(
                    "FlowBatchMessage.number", Long.toUnsignedString(piece.getNumber()) + " came after " + lastNumber);
        }
        int entries = piece.getProcessesCount()
                + piece.getEventsCount()
                + piece.getExitsCount()
                + piece.getLocalAddressesCount();
        MessageChecks.entries(entries, "FlowBatchMessage");
        int before = processes.size() + events.size() + exits.size() + localAddresses.size();
        MessageChecks.require(before + entries <= MAX_ENTRIES, "FlowBatchMessage", "makes the batch too large");
    }

    private void clear() {
        processes.clear();
        events.clear();
        exits.clear();
        localAddresses.clear();
        localAddressesChanged = false;
        lostEvents = 0;
    }
}
