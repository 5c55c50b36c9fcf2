package io.pidcap.coordinator.reading;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.printing.DecodedPacket;
import io.pidcap.coordinator.printing.PacketDecoder;
import io.pidcap.coordinator.printing.PacketProcess;
import io.pidcap.protocol.file.CaptureFileReader;
import io.pidcap.protocol.file.CaptureInput;
import io.pidcap.protocol.file.InterfaceDescription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** {@code pidcap read}: goes through the packets of a capture, each decoded and with its process. One thread. */
public final class CaptureReading {
    private final PacketDecoder decoder = new PacketDecoder();
    private final FileProcesses processes = new FileProcesses();
    private final List<InterfaceDescription> interfaces = new ArrayList<>();
    private final Sink sink;
    private final long maxPackets;
    private long packets;

    /** Takes what is read. */
    public interface Sink {
        /** @return false: no more is wanted */
        boolean packet(DecodedPacket packet, PacketProcess process);
    }

    /**
     * What was read.
     *
     * @param undecoded packets that were not understood
     * @param skippedBlocks of kinds that have no packet and are not known here
     * @param problem why the end of the capture was not reached; empty: it was, or no more was wanted
     */
    public record Result(long packets, long undecoded, long skippedBlocks, String problem) {}

    /** @param maxPackets then it ends */
    public CaptureReading(Sink sink, long maxPackets) {
        this.sink = sink;
        this.maxPackets = maxPackets;
    }

    /** What comes before something that is damaged is read, and what is damaged told. */
    public Result run(CaptureInput input) {
        String problem = "";
        CaptureFileReader reader = CaptureInputs.packets(input);
        try {
            while (packets < maxPackets && reader.next()) {
                if (!give(reader)) {
                    break;
                }
            }
        } catch (IOException e) {
            problem = SessionException.words(e);
        }
        return new Result(packets, decoder.undecoded(), reader.skippedBlocks(), problem);
    }

    private boolean give(CaptureFileReader reader) throws IOException {
        int id = reader.interfaceId();
        if (id >= interfaces.size()) {
            interfaces.clear();
            interfaces.addAll(reader.interfaces());
        }
        InterfaceDescription from = interfaces.get(id);
        PacketProcess process = processes.of(reader.annotations());
        DecodedPacket packet = decoder.decode(from.name(), from.linkType(), reader.packet());
        packets++;
        return sink.packet(packet, process);
    }
}
