package io.pidcap.protocol.wire;

import io.pidcap.protocol.model.CaptureCounters;
import io.pidcap.protocol.v1.CaptureCountersMessage;

/** Messages of capture.proto to model and back; a field that breaks its rules is a {@link ProtocolException}. */
public final class CaptureMapper {
    private CaptureMapper() {}

    public static CaptureCountersMessage toMessage(CaptureCounters counters) {
        return CaptureCountersMessage.newBuilder()
                .setWrittenPackets(counters.writtenPackets())
                .setUnwrittenPackets(counters.unwrittenPackets())
                .setReceivedPackets(counters.receivedPackets())
                .setDroppedPackets(counters.droppedPackets())
                .setInterfaceDroppedPackets(counters.interfaceDroppedPackets())
                .setPrefilteredPackets(counters.prefilteredPackets())
                .build();
    }

    public static CaptureCounters toModel(CaptureCountersMessage message) {
        return new CaptureCounters(
                MessageChecks.counter(message.getWrittenPackets(), "CaptureCountersMessage.written_packets"),
                MessageChecks.counter(message.getUnwrittenPackets(), "CaptureCountersMessage.unwritten_packets"),
                MessageChecks.counter(message.getReceivedPackets(), "CaptureCountersMessage.received_packets"),
                MessageChecks.counter(message.getDroppedPackets(), "CaptureCountersMessage.dropped_packets"),
                MessageChecks.counter(
                        message.getInterfaceDroppedPackets(), "CaptureCountersMessage.interface_dropped_packets"),
                MessageChecks.counter(message.getPrefilteredPackets(), "CaptureCountersMessage.prefiltered_packets"));
    }
}
