package io.pidcap.coordinator.filter;

import static io.pidcap.coordinator.filter.FilterFixture.batch;
import static io.pidcap.coordinator.filter.FilterFixture.bound;
import static io.pidcap.coordinator.filter.FilterFixture.datagram;
import static io.pidcap.coordinator.filter.FilterFixture.run;
import static io.pidcap.coordinator.filter.FilterFixture.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.filter.FilterCommand.Finish;
import io.pidcap.protocol.file.PcapWriter;
import io.pidcap.protocol.model.LinkType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class FilterThreadTest {
    @TempDir
    Path directory;

    private final RecordingListener listener = new RecordingListener();

    private PcapWriter output(Path file) throws IOException {
        return new PcapWriter(
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), file.toString());
    }

    @Test
    void shouldFollowASpoolThatGrowsAndDeleteWhatIsDone() throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Path file = directory.resolve("out.pcap");
        PcapWriter output = output(file);
        FilterThread thread = new FilterThread(ProcessSelector.ofNames("p1"), output, listener);
        thread.start();
        SpoolFiles spool = new SpoolFiles(directory, 1, 0, LinkType.RAW);
        thread.post(snapshot(0));
        thread.post(run(1, spool.description()));
        thread.post(batch(1, bound(1, 1, "udp *:1000", 1), bound(1, 2, "udp *:2000", 2)));
        long wanted = 0;
        long nanos = SpoolFiles.SECOND;
        for (int round = 0; round < 300; round++) {
            for (int i = random.nextInt(60); i > 0; i--) {
                boolean want = random.nextBoolean();
                nanos += 1000;
                spool.packetAt(nanos, datagram(want ? 1000 : 2000, random.nextInt(1400)));
                wanted += want ? 1 : 0;
            }
            thread.post(random.nextInt(10) == 0 ? spool.end() : spool.progress());
            thread.post(batch((nanos - random.nextInt(100_000)) / 1e9));
        }
        thread.post(spool.end());
        thread.post(new Finish());
        FilterProgress result = listener.finished.get(30, TimeUnit.SECONDS);
        output.close();
        assertThat(result.counters().keptPackets()).as("seed %d", seed).isEqualTo(wanted);
        assertThat(result.counters().balances()).isTrue();
        assertThat(result.doneBytes()).isEqualTo(result.totalBytes());
        assertThat(FilterFixture.seconds(file)).hasSize((int) wanted).isSorted();
        assertThat(listener.segments).isSorted().doesNotHaveDuplicates().hasSizeGreaterThan(5);
        assertThat(thread.progress()).isEqualTo(result);
        assertThat(thread.post(new Finish())).isFalse();
    }

    @Test
    void shouldSayWhyWhenAnErrorEndsIt() throws Exception {
        FilterListener failing = new FilterListener() {
            @Override
            public void segmentFiltered(SpoolSegment segment, FilterCheckpoint checkpoint) {
                throw new OutOfMemoryError("thrown on purpose");
            }

            @Override
            public void finished(FilterProgress result) {
                listener.finished(result);
            }

            @Override
            public void failed(FilterProgress result, Exception cause) {
                listener.failed(result, cause);
            }
        };
        FilterThread thread =
                new FilterThread(ProcessSelector.ofNames("p1"), output(directory.resolve("out.pcap")), failing);
        thread.start();
        SpoolFiles spool = new SpoolFiles(directory, 1, 0, LinkType.RAW);
        thread.post(snapshot(0));
        thread.post(run(1, spool.description()));
        thread.post(batch(100, bound(1, 1, "udp *:1000", 1)));
        thread.post(spool.packet(2, datagram(1000, 1)).end());
        assertThat(listener.failed.get(30, TimeUnit.SECONDS)).hasMessageContaining("thrown on purpose");
        assertThat(thread.post(new Finish())).isFalse();
    }

    @Test
    void shouldStopInOrderAndSayWhyWhenOutputCannotBeWritten() throws Exception {
        WritableByteChannel full = new WritableByteChannel() {
            @Override
            public int write(ByteBuffer bytes) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {}
        };
        PcapWriter output = new PcapWriter(full, "out.pcap");
        FilterThread thread = new FilterThread(ProcessSelector.ofNames("p1"), output, listener);
        thread.start();
        SpoolFiles spool = new SpoolFiles(directory, 1, 0, LinkType.RAW);
        thread.post(snapshot(0));
        thread.post(run(1, spool.description()));
        thread.post(batch(100, bound(1, 1, "udp *:1000", 1)));
        thread.post(spool.packet(2, datagram(1000, 1)).end());
        Exception cause = listener.failed.get(30, TimeUnit.SECONDS);
        assertThat(cause).isInstanceOf(IOException.class).hasMessage("write out.pcap: No space left on device");
        // Nobody who goes on posting waits for ever.
        boolean accepted = true;
        for (int i = 0; i < 3 * FilterThread.QUEUE_CAPACITY; i++) {
            accepted = thread.post(batch(101));
        }
        assertThat(accepted).isFalse();
        assertThat(thread.progress().state()).isEqualTo(FilterProgress.State.FAILED);
        assertThat(listener.segments).isEmpty();
        assertThat(Files.exists(directory.resolve("run1-if0-000001.pcap"))).isTrue();
        assertThat(listener.finished).isNotDone();
    }

    @Test
    void shouldSayThatItFailedWhenItHasAFault() throws Exception {
        PcapWriter output = output(directory.resolve("out.pcap"));
        FilterThread thread = new FilterThread(ProcessSelector.ofNames("p1"), output, listener);
        thread.start();
        thread.post(run(1, new SpoolFiles(directory, 1, 0, LinkType.RAW).description()));
        thread.post(run(2, new SpoolFiles(directory, 2, 0, LinkType.ETHERNET).description()));
        assertThat(listener.failed.get(30, TimeUnit.SECONDS)).isInstanceOf(IllegalArgumentException.class);
        output.close();
    }

    @Test
    void shouldStopAtOnceWhenAborted() throws Exception {
        PcapWriter output = output(directory.resolve("out.pcap"));
        FilterThread thread = new FilterThread(ProcessSelector.ofNames("p1"), output, listener);
        thread.start();
        thread.post(snapshot(0));
        thread.abort();
        thread.abort();
        assertThat(thread.progress().state()).isEqualTo(FilterProgress.State.ABORTED);
        assertThat(thread.post(new Finish())).isFalse();
        assertThat(listener.finished).isNotDone();
        assertThat(listener.failed).isNotDone();
        output.close();
    }
}
