package io.pidcap.event;

import io.pidcap.host.FlowEventSourceConfig;
import io.pidcap.host.FlowEventSourceConfig.Choice;
import io.pidcap.protocol.model.PrefilterDecision;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.PrefilterDecisionMessage;
import io.pidcap.protocol.v1.WatchFlows;
import io.pidcap.protocol.wire.Pipe;
import io.pidcap.protocol.wire.PipeListener;
import io.pidcap.protocol.wire.PrefilterMapper;
import io.pidcap.protocol.wire.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Messages in: checks them on the event loop and posts what they ask for. */
final class EventCommandHandler implements PipeListener {
    private static final Logger log = LoggerFactory.getLogger(EventCommandHandler.class);
    /** An hour: longer is a mistake of the unit. */
    private static final int LONGEST_POLL_INTERVAL_MILLIS = 3_600_000;

    /** More than all ports and a million processes fill. */
    private static final int MOST_PIECES = 80;

    private final CommandQueue commands;
    private final List<PrefilterDecisionMessage> pieces = new ArrayList<>();
    private final AtomicBoolean stopRequested = new AtomicBoolean();
    private volatile boolean pipeClosed;

    EventCommandHandler(CommandQueue commands) {
        this.commands = commands;
    }

    @Override
    public void received(Pipe pipe, Envelope envelope) {
        long sequence = envelope.getSequence();
        switch (envelope.getBodyCase()) {
            case WATCH_FLOWS -> {
                FlowEventSourceConfig config = config(envelope.getWatchFlows());
                request(worker -> worker.watch(sequence, config));
            }
            case PREFILTER_DECISION -> decision(envelope.getPrefilterDecision());
            case TAKE_SNAPSHOT -> request(worker -> worker.takeSnapshot(sequence));
            case PROBE_FEATURES -> request(worker -> worker.probe(sequence));
            case STOP -> requestStop("the coordinator asked for it");
            case FAILURE ->
                log.warn(
                        "the coordinator could not handle message {}: {}",
                        envelope.getInReplyTo(),
                        envelope.getFailure().getMessage());
            default -> throw new ProtocolException("an event-worker takes no such message");
        }
    }

    private void request(Command command) {
        if (!commands.offerRequest(command)) {
            throw new ProtocolException("too many requests wait for their answers");
        }
    }

    private void decision(PrefilterDecisionMessage piece) {
        pieces.add(piece);
        if (pieces.size() > MOST_PIECES) {
            throw new ProtocolException("a decision of the prefilter has more than " + MOST_PIECES + " pieces");
        }
        if (piece.getLast()) {
            PrefilterDecision decision = PrefilterMapper.decision(pieces);
            pieces.clear();
            commands.post(worker -> worker.decide(decision));
        }
    }

    /** May be called any number of times, from any thread. */
    void requestStop(String reason) {
        if (stopRequested.compareAndSet(false, true)) {
            commands.post(worker -> worker.stop(reason));
        }
    }

    boolean isStopRequested() {
        return stopRequested.get();
    }

    boolean isPipeClosed() {
        return pipeClosed;
    }

    private static FlowEventSourceConfig config(WatchFlows message) {
        Choice choice = switch (message.getSource()) {
            case EVENT_SOURCE_AUTO -> Choice.AUTO;
            case EVENT_SOURCE_PROC -> Choice.PROC;
            case EVENT_SOURCE_EBPF -> Choice.EBPF;
            case EVENT_SOURCE_IPHELPER -> Choice.IPHELPER;
            case EVENT_SOURCE_WINDIVERT -> Choice.WINDIVERT;
            case EVENT_SOURCE_UNSPECIFIED, UNRECOGNIZED ->
                throw new ProtocolException(
                        "WatchFlows.source " + message.getSourceValue() + " is not one of those known");
        };
        int interval = message.getPollIntervalMillis();
        if (interval < 1 || interval > LONGEST_POLL_INTERVAL_MILLIS) {
            throw new ProtocolException("WatchFlows.poll_interval_millis " + Integer.toUnsignedString(interval)
                    + " is not in 1.." + LONGEST_POLL_INTERVAL_MILLIS);
        }
        return new FlowEventSourceConfig(choice, interval, message.getWithArguments(), message.getPrefilter());
    }

    @Override
    public void silent(Pipe pipe) {
        log.warn("the coordinator has sent nothing for a while, not even a heartbeat; going on");
    }

    @Override
    public void closed(Pipe pipe, @Nullable Throwable cause) {
        pipeClosed = true;
        commands.post(worker -> worker.pipeClosed(cause));
    }
}
