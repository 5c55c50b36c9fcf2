package io.pidcap.coordinator.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.attribution.History;
import io.pidcap.coordinator.attribution.ProcessRegistry;
import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.filter.FilterCommand.BatchArrived;
import io.pidcap.coordinator.filter.FilterCommand.RunOpened;
import io.pidcap.coordinator.filter.FilterCommand.SnapshotArrived;
import io.pidcap.coordinator.packet.Packets;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.PcapFileReader;
import io.pidcap.protocol.file.PcapWriter;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.FlowEvent;
import io.pidcap.protocol.model.FlowEvent.Kind;
import io.pidcap.protocol.model.LocalAddress;
import io.pidcap.protocol.model.ProcessInfo;
import io.pidcap.protocol.model.SocketSnapshot;
import io.pidcap.protocol.model.SocketState;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A filter stage that wants process {@code p1}, on a host with the address 10.0.0.1, and its output. */
final class FilterFixture {
    static final int CHUNK_PACKETS = 3;
    static final String HERE = "10.0.0.1";

    final RecordingListener listener = new RecordingListener();
    final CaptureFileWriter output;
    final FilterStage stage;
    private final Path file;

    FilterFixture(Path directory) throws IOException {
        this(directory, FilterCheckpoint.NOTHING);
    }

    FilterFixture(Path directory, FilterCheckpoint from) throws IOException {
        this(directory, ProcessSelector.ofNames("p1"), pcap(directory.resolve("out.pcap")), from);
    }

    FilterFixture(Path directory, ProcessSelector selector, CaptureFileWriter output) {
        this(directory, selector, output, FilterCheckpoint.NOTHING);
    }

    private FilterFixture(Path directory, ProcessSelector selector, CaptureFileWriter output, FilterCheckpoint from) {
        this.file = directory.resolve("out.pcap");
        this.output = output;
        stage = new FilterStage(new ProcessRegistry(selector), output, listener, false, from);
    }

    private static PcapWriter pcap(Path file) throws IOException {
        return new PcapWriter(
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), file.toString());
    }

    static SnapshotArrived snapshot(double seconds) {
        List<ProcessInfo> processes = new ArrayList<>();
        for (int number = 1; number < 10; number++) {
            processes.add(History.info(number, 0));
        }
        List<LocalAddress> addresses = List.of(new LocalAddress(History.OWN, Packets.address(HERE)));
        return new SnapshotArrived(
                new SocketSnapshot(History.at(seconds), History.OWN, processes, List.of(), addresses));
    }

    static BatchArrived batch(double watermarkSeconds, FlowEvent... events) {
        return new BatchArrived(new FlowBatch(
                List.of(), List.of(events), List.of(), false, List.of(), 0, History.at(watermarkSeconds)));
    }

    static FlowEvent bound(double seconds, long socket, String tuple, int owner) {
        return History.event(Kind.OPENED, seconds, socket, History.OWN, tuple, SocketState.BOUND, owner);
    }

    static FlowEvent connected(double seconds, long socket, String tuple, int owner) {
        return History.event(Kind.OPENED, seconds, socket, History.OWN, tuple, SocketState.CONNECTED, owner);
    }

    static FlowEvent closed(double seconds, long socket, String tuple, int owner) {
        return History.event(Kind.CLOSED, seconds, socket, History.OWN, tuple, SocketState.CONNECTED, owner);
    }

    static RunOpened run(int number, InterfaceDescription... interfaces) {
        return new RunOpened(number, List.of(interfaces), 0);
    }

    /** A datagram from {@link #HERE} whose length tells it from others. */
    static byte[] datagram(int fromPort, int number) {
        return Packets.ipv4(HERE, "10.0.0.9", 17, Packets.udp(fromPort, 53, number));
    }

    FilterFixture tell(FilterCommand... commands) throws IOException {
        for (FilterCommand command : commands) {
            stage.apply(command);
            advance();
        }
        return this;
    }

    void advance() throws IOException {
        boolean more = true;
        while (more) {
            more = stage.advance(CHUNK_PACKETS);
            assertThat(counters().balances()).as("%s", counters()).isTrue();
        }
    }

    FilterCounters counters() {
        return stage.progress(FilterProgress.State.RUNNING).counters();
    }

    FilterProgress finish() throws IOException {
        tell(new FilterCommand.Finish());
        stage.finish();
        output.close();
        return stage.progress(FilterProgress.State.FINISHED);
    }

    /** Of each packet in the output, when it was captured. */
    List<Double> keptSeconds() throws IOException {
        stage.flush();
        return seconds(file);
    }

    static List<Double> seconds(Path file) throws IOException {
        List<Double> seconds = new ArrayList<>();
        try (PcapFileReader reader = PcapFileReader.openWhole(file)) {
            while (reader.next()) {
                seconds.add((reader.cursor().epochNanos() - History.WALL_OFFSET_NANOS) / 1e9);
            }
        }
        return seconds;
    }
}
