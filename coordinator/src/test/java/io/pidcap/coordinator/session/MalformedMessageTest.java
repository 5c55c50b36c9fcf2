package io.pidcap.coordinator.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.filter.FilterCheckpoint;
import io.pidcap.coordinator.filter.SpoolSegment;
import io.pidcap.coordinator.journal.FlowJournal;
import io.pidcap.coordinator.printing.PacketJson;
import io.pidcap.coordinator.printing.PrintingWriter;
import io.pidcap.coordinator.worker.WorkerFailure;
import io.pidcap.coordinator.worker.WorkerRole;
import io.pidcap.coordinator.worker.WorkerRun;
import io.pidcap.coordinator.worker.WorkerRuns;
import io.pidcap.protocol.file.JournalReader;
import io.pidcap.protocol.model.PrefilterDecision;
import io.pidcap.protocol.v1.CaptureCountersMessage;
import io.pidcap.protocol.v1.CaptureReady;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.FlowBatchMessage;
import io.pidcap.protocol.v1.FlowEventMessage;
import io.pidcap.protocol.v1.JournalRecord;
import io.pidcap.protocol.v1.OpenInterface;
import io.pidcap.protocol.v1.SnapshotPart;
import io.pidcap.protocol.v1.Socket;
import io.pidcap.protocol.v1.SpoolProgress;
import io.pidcap.protocol.v1.Tuple;
import io.pidcap.protocol.wire.ProtocolException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker says against the rules must not be in the journal: no recovery would read on behind it. */
class MalformedMessageTest {
    @TempDir
    Path directory;

    private FlowJournal journal;
    private EventSide events;
    private CaptureSide capture;

    @BeforeEach
    void begin() throws IOException {
        SessionConfig config = Configs.curl(directory.resolve("out.pcapng"));
        journal = FlowJournal.create(directory.resolve("journal"), FlowJournal.NEVER_COMPACTED, failure -> {
            throw new AssertionError(failure);
        });
        FilterFeed filter = new FilterFeed(
                config,
                directory,
                new PrintingWriter(OutputStream.nullOutputStream(), "nowhere", PacketJson::line),
                Runnable::run,
                new Unheard());
        Sides listener = new Sides();
        events = new EventSide(config, journal, filter, listener);
        capture = new CaptureSide(config, directory, journal, filter, listener);
    }

    @AfterEach
    void end() throws IOException {
        journal.close();
    }

    @Test
    void shouldNotWriteDownABatchThatBreaksARule() throws Exception {
        FlowEventMessage event = FlowEventMessage.newBuilder()
                .setTuple(Tuple.newBuilder().setLocalAddress(ByteString.copyFrom(new byte[3])))
                .build();
        refuse(
                events,
                WorkerRole.EVENTS,
                Envelope.newBuilder()
                        .setFlowBatch(FlowBatchMessage.newBuilder().setNumber(1).addEvents(event)));
        assertThat(journalled()).isEmpty();
    }

    @Test
    void shouldNotWriteDownASnapshotThatBreaksARule() throws Exception {
        refuse(
                events,
                WorkerRole.EVENTS,
                Envelope.newBuilder().setSnapshotPart(SnapshotPart.newBuilder().addSockets(Socket.newBuilder())));
        assertThat(journalled()).isEmpty();
    }

    @Test
    void shouldNotWriteDownProgressThatBreaksARule() throws Exception {
        WorkerRun run = WorkerRuns.imaginary(WorkerRole.CAPTURE, 1);
        CaptureReady.Builder ready = CaptureReady.newBuilder();
        for (String name : List.of("any", "lo")) {
            ready.addInterfaces(OpenInterface.newBuilder().setName(name));
        }
        // It is open then; nobody supervises it here who could be told.
        assertThatThrownBy(() -> capture.handle(
                        run, Envelope.newBuilder().setCaptureReady(ready).build()))
                .isInstanceOf(IllegalStateException.class);

        SpoolProgress.Builder elsewhere = SpoolProgress.newBuilder().setFile("../elsewhere");
        refuse(capture, WorkerRole.CAPTURE, Envelope.newBuilder().setSpoolProgress(elsewhere));
        SpoolProgress.Builder impossible = SpoolProgress.newBuilder()
                .setFile("segment")
                .setCounters(CaptureCountersMessage.newBuilder().setReceivedPackets(-1));
        refuse(capture, WorkerRole.CAPTURE, Envelope.newBuilder().setSpoolProgress(impossible));
        assertThat(journalled()).noneMatch(JournalRecord::hasSpoolProgress);
    }

    private static void refuse(WorkerSide side, WorkerRole role, Envelope.Builder envelope) {
        WorkerRun run = WorkerRuns.imaginary(role, 1);
        assertThatThrownBy(() -> side.handle(run, envelope.build())).isInstanceOf(ProtocolException.class);
    }

    private List<JournalRecord> journalled() throws IOException {
        List<JournalRecord> records = new ArrayList<>();
        try (JournalReader reader = JournalReader.open(directory.resolve("journal"))) {
            for (JournalRecord record = reader.next(); record != null; record = reader.next()) {
                records.add(record);
            }
        }
        return records;
    }

    private static final class Unheard implements FilterFeed.Listener {
        @Override
        public void segmentFiltered(SpoolSegment segment, FilterCheckpoint checkpoint) {}

        @Override
        public void prefilterDecided(int run, PrefilterDecision decision) {}

        @Override
        public void filterFinished() {}

        @Override
        public void filterFailed(Exception cause) {}
    }

    private static final class Sides implements WorkerSide.Listener {
        @Override
        public void ready(WorkerSide side, WorkerRun run, SessionReport.@Nullable Gap gap) {}

        @Override
        public void lost(WorkerSide side, WorkerFailure why) {}

        @Override
        public void told(WorkerSide side) {}

        @Override
        public void stopped(WorkerSide side) {}

        @Override
        public void prefilterUsed(@Nullable SessionException refusal) {}
    }
}
