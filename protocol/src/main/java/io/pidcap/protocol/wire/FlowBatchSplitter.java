package io.pidcap.protocol.wire;

import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowGap;
import io.pidcap.protocol.v1.FlowBatchMessage;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * Batches of one worker run as numbered messages that fit into frames. Lives as long as the conversation and must see
 * every batch of it, to its last piece. One thread.
 */
public final class FlowBatchSplitter {
    private long lastNumber;

    /**
     * The pieces of {@code batch}, at least one; each is made and numbered when it is asked for. Only the last has the
     * watermark.
     */
    public Iterator<FlowBatchMessage> split(FlowBatch batch) {
        return new Pieces(batch);
    }

    private final class Pieces implements Iterator<FlowBatchMessage> {
        private final FlowBatch batch;
        private int nextProcess;
        private int nextEvent;
        private int nextExit;
        private int nextAddress;
        private boolean ended;

        Pieces(FlowBatch batch) {
            this.batch = batch;
        }

        @Override
        public boolean hasNext() {
            return !ended;
        }

        @Override
        public FlowBatchMessage next() {
            if (ended) {
                throw new NoSuchElementException("the last piece was given");
            }
            FlowBatchMessage.Builder piece = FlowBatchMessage.newBuilder().setNumber(++lastNumber);
            PartBudget budget = new PartBudget();
            nextProcess = budget.fill(batch.processes(), nextProcess, EventMapper::toMessage, piece::addProcesses);
            nextEvent = budget.fill(batch.events(), nextEvent, EventMapper::toMessage, piece::addEvents);
            nextExit = budget.fill(batch.exits(), nextExit, EventMapper::toMessage, piece::addExits);
            nextAddress =
                    budget.fill(batch.localAddresses(), nextAddress, EventMapper::toMessage, piece::addLocalAddresses);
            ended = !budget.isFull();
            if (ended) {
                piece.setLocalAddressesChanged(batch.localAddressesChanged())
                        .setLostEvents(batch.lostEvents())
                        .setCompleteUntil(EventMapper.toMessage(batch.completeUntil()));
                FlowGap gap = batch.gap();
                if (gap != null) {
                    piece.setGap(EventMapper.toMessage(gap));
                }
            }
            return piece.build();
        }
    }
}
