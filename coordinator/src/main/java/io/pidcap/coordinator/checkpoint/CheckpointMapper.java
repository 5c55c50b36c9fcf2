package io.pidcap.coordinator.checkpoint;

import io.pidcap.coordinator.attribution.AttributionReason;
import io.pidcap.coordinator.attribution.ProcessTotals;
import io.pidcap.coordinator.filter.FilterCheckpoint;
import io.pidcap.coordinator.filter.FilterCounters;
import io.pidcap.coordinator.filter.SpoolSegment;
import io.pidcap.coordinator.filter.StreamPosition;
import io.pidcap.coordinator.packet.UnknownCause;
import io.pidcap.protocol.file.FileTotals;
import io.pidcap.protocol.v1.FilterTotals;
import io.pidcap.protocol.v1.FilteredFile;
import io.pidcap.protocol.v1.FilteredProcess;
import io.pidcap.protocol.v1.SegmentFiltered;
import io.pidcap.protocol.wire.EventMapper;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How far the filter stage was, as the journal says it. */
public final class CheckpointMapper {
    private CheckpointMapper() {}

    public static SegmentFiltered toMessage(SpoolSegment segment, FilterCheckpoint checkpoint) {
        return toMessage(checkpoint).toBuilder()
                .setInterface(segment.interfaceNumber())
                .setSegment(segment.segment())
                .build();
    }

    /** Of no segment's end. */
    public static SegmentFiltered toMessage(FilterCheckpoint checkpoint) {
        SegmentFiltered.Builder message = SegmentFiltered.newBuilder()
                .setRun(checkpoint.run())
                .setOutputBytes(checkpoint.outputBytes())
                .setTotals(toMessage(checkpoint.counters()));
        if (checkpoint.allBeforeMonotonicNanos() != Long.MIN_VALUE) {
            message.setAllBeforeMonotonicNanos(checkpoint.allBeforeMonotonicNanos());
        }
        for (StreamPosition position : checkpoint.positions()) {
            message.addPositions(io.pidcap.protocol.v1.StreamPosition.newBuilder()
                    .setInterface(position.interfaceNumber())
                    .setSegment(position.segment())
                    .setBytes(position.bytes()));
        }
        for (ProcessTotals process : checkpoint.processes()) {
            message.addProcesses(FilteredProcess.newBuilder()
                    .setProcess(EventMapper.toMessage(process.identity()))
                    .setName(process.name())
                    .setPackets(process.packets())
                    .setBytes(process.bytes())
                    .setFlows(process.flows()));
        }
        for (FileTotals.One file : checkpoint.files().files()) {
            message.addFiles(
                    FilteredFile.newBuilder().setPackets(file.packets()).setBytes(file.bytes()));
        }
        return message.setPacketsInSeveralFiles(checkpoint.files().packetsInSeveral())
                .build();
    }

    private static FilterTotals toMessage(FilterCounters counters) {
        FilterTotals.Builder message = FilterTotals.newBuilder()
                .setReceivedPackets(counters.receivedPackets())
                .setReceivedBytes(counters.receivedBytes())
                .setKeptPackets(counters.keptPackets())
                .setKeptBytes(counters.keptBytes())
                .setNotSelectedPackets(counters.notSelectedPackets())
                .setAfterLimitPackets(counters.afterLimitPackets())
                .setHeldPackets(counters.heldPackets())
                .setUnreadableBytes(counters.unreadableBytes());
        counters.keptByReason().forEach((reason, count) -> message.putKeptByReason(reason.name(), count));
        counters.keptUnknownPackets().forEach((cause, count) -> message.putKeptUnknownPackets(cause.name(), count));
        counters.unknownPackets().forEach((cause, count) -> message.putUnknownPackets(cause.name(), count));
        return message.build();
    }

    public static FilterCheckpoint toModel(SegmentFiltered message) {
        List<StreamPosition> positions = message.getPositionsList().stream()
                .map(one -> new StreamPosition(one.getInterface(), one.getSegment(), one.getBytes()))
                .toList();
        List<ProcessTotals> processes = message.getProcessesList().stream()
                .map(one -> new ProcessTotals(
                        EventMapper.toModel(one.getProcess()),
                        one.getName(),
                        one.getPackets(),
                        one.getBytes(),
                        one.getFlows()))
                .toList();
        FileTotals files = new FileTotals(
                message.getFilesList().stream()
                        .map(one -> new FileTotals.One(one.getPackets(), one.getBytes()))
                        .toList(),
                message.getPacketsInSeveralFiles());
        return new FilterCheckpoint(
                message.getRun(),
                positions,
                message.getOutputBytes(),
                toModel(message.getTotals()),
                processes,
                files,
                message.hasAllBeforeMonotonicNanos() ? message.getAllBeforeMonotonicNanos() : Long.MIN_VALUE);
    }

    private static FilterCounters toModel(FilterTotals message) {
        return new FilterCounters(
                message.getReceivedPackets(),
                message.getReceivedBytes(),
                message.getKeptPackets(),
                message.getKeptBytes(),
                byConstant(AttributionReason.class, message.getKeptByReasonMap()),
                byConstant(UnknownCause.class, message.getKeptUnknownPacketsMap()),
                message.getNotSelectedPackets(),
                message.getAfterLimitPackets(),
                byConstant(UnknownCause.class, message.getUnknownPacketsMap()),
                message.getHeldPackets(),
                message.getUnreadableBytes());
    }

    /** What another release has counted under a name that this one lacks is missing here, and so from the equation. */
    private static <E extends Enum<E>> Map<E, Long> byConstant(Class<E> type, Map<String, Long> counts) {
        Map<E, Long> known = new EnumMap<>(type);
        counts.forEach((name, count) -> constant(type, name).ifPresent(one -> known.put(one, count)));
        return known;
    }

    private static <E extends Enum<E>> Optional<E> constant(Class<E> type, String name) {
        return Arrays.stream(type.getEnumConstants())
                .filter(one -> one.name().equals(name))
                .findFirst();
    }
}
