package io.pidcap.coordinator.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.pidcap.protocol.file.CaptureFileException;
import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.PcapngReader;
import io.pidcap.protocol.model.LinkType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamOutputTest {
    @TempDir
    Path directory;

    private final long seed = new Random().nextLong();
    private final Random random = new Random(seed);

    /** A pipe that takes so many bytes, some at a time, and is broken then. */
    private final class Pipe implements WritableByteChannel {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final int room;
        private final String words;
        private volatile boolean open = true;

        Pipe(int room, String words) {
            this.room = room;
            this.words = words;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            int left = Math.min(room - taken.size(), bytes.remaining());
            if (left == 0) {
                throw new IOException(words);
            }
            byte[] some = new byte[1 + random.nextInt(left)];
            bytes.get(some);
            taken.writeBytes(some);
            return some.length;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        @Override
        public void close() {
            open = false;
        }
    }

    private StreamOutput.Waiting waiting() {
        return new StreamOutput.Waiting(directory, StreamOutput.LEAST_BACKLOG_BYTES);
    }

    private static CaptureFileWriter begin(StreamOutput output) throws IOException {
        CaptureFileWriter writer = output.writer();
        writer.addInterface(new InterfaceDescription("lo", LinkType.ETHERNET, 262144, ""));
        return writer;
    }

    private static void packet(CaptureFileWriter writer, int time) throws IOException {
        writer.write(0, time, 60, ByteBuffer.allocate(60), null);
    }

    @Test
    void shouldHandOverEachPacketWhenFlushedAndCloseInTheEnd() throws IOException {
        Pipe pipe = new Pipe(1 << 20, "");
        StreamOutput output = StreamOutput.capture(pipe, StreamOutput.STANDARD_OUTPUT, OutputStyle.DEFAULT, waiting());
        CaptureFileWriter writer = begin(output);
        for (int time = 1; time <= 3; time++) {
            packet(writer, time);
            writer.flush();
            awaitPackets(pipe, time);
        }
        packet(writer, 4);
        writer.close();
        output.taken().join();
        output.complete();
        assertThat(pipe.isOpen()).isFalse();
        assertThat(packetsIn(pipe)).isEqualTo(4);
        assertThat(output.countLost(4)).isZero();
        assertThat(output.isUnread()).isFalse();
        assertThat(output.notes()).isEmpty();
        assertThat(output.report()).isEqualTo(new OutputReport("/dev/stdout", "pcapng", 0));
    }

    @Test
    void shouldTellNamedPipesFromOtherFiles() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Path link = Files.createSymbolicLink(directory.resolve("link"), pipe);
        Path file = Files.createFile(directory.resolve("file"));

        assertThat(StreamOutput.isNamedPipe(pipe)).isTrue();
        assertThat(StreamOutput.isStream(pipe)).isTrue();
        assertThat(StreamOutput.isStream(StreamOutput.STANDARD_OUTPUT)).isTrue();
        for (Path other : List.of(link, file, directory, directory.resolve("nothing"))) {
            assertThat(StreamOutput.isStream(other)).as("%s", other).isFalse();
        }
    }

    @Test
    void shouldWriteTheFormatOfTheNamedPipe() throws IOException {
        Pipe pipe = new Pipe(1 << 20, "");
        Path target = Path.of("/tmp/p.pcap");
        StreamOutput output = StreamOutput.capture(pipe, target, OutputStyle.DEFAULT, waiting());
        begin(output).close();
        output.taken().join();
        byte[] written = pipe.taken.toByteArray();
        assertThat(Byte.toUnsignedInt(written[0])).isIn(0x4d, 0xa1);
        assertThat(output.report()).isEqualTo(new OutputReport("/tmp/p.pcap", "pcap", 0));
    }

    /** Wherever it breaks, those that are whole in the pipe are delivered, and all others lost. */
    @Test
    void shouldCountThePacketsThatTheReaderDidNotTake() throws IOException {
        for (int round = 0; round < 200; round++) {
            Pipe pipe = new Pipe(600 + random.nextInt(3000), "Broken pipe");
            StreamOutput output =
                    StreamOutput.capture(pipe, StreamOutput.STANDARD_OUTPUT, OutputStyle.DEFAULT, waiting());
            CaptureFileWriter writer = begin(output);
            int handedOver = 0;
            try {
                while (true) {
                    handedOver++;
                    packet(writer, handedOver);
                    if (random.nextInt(10) == 0) {
                        writer.flush();
                        if (handedOver > 50) {
                            output.taken().join();
                        }
                    }
                }
            } catch (IOException e) {
                assertThat(e).hasMessage("write standard output: Broken pipe");
            }
            writer.close();
            output.taken().join();
            assertThat(output.isUnread()).isTrue();
            assertThat(output.notes()).hasSize(1);
            assertThat(output.countLost(handedOver))
                    .as("of %d, with %d bytes taken, seed %d", handedOver, pipe.taken.size(), seed)
                    .isEqualTo(handedOver - packetsIn(pipe));
            assertThat(pipe.isOpen()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldPrintLines(boolean json) throws IOException {
        Pipe pipe = new Pipe(1 << 20, "");
        StreamOutput output = StreamOutput.printed(pipe, json, ZoneOffset.UTC, waiting());
        CaptureFileWriter writer = begin(output);
        packet(writer, 1);
        writer.close();
        output.taken().join();
        assertThat(pipe.taken.toString(StandardCharsets.UTF_8))
                .startsWith(json ? "{\"time\":\"1970-01-01T" : "1970-01-01 ")
                .endsWith("\n");
        assertThat(pipe.isOpen()).isFalse();
        assertThat(output.countLost(1)).isZero();
        assertThat(output.report().fileFormat()).isEqualTo(json ? "json" : "text");
    }

    @Test
    void shouldTakeOtherErrorsForFailures() throws IOException {
        StreamOutput output =
                StreamOutput.printed(new Pipe(5, "No space left on device"), false, ZoneOffset.UTC, waiting());
        CaptureFileWriter writer = begin(output);
        packet(writer, 1);
        writer.flush();
        output.taken().join();
        packet(writer, 2);
        assertThatIOException().isThrownBy(writer::flush).withMessageContaining("No space left on device");
        assertThat(output.isUnread()).isFalse();
        assertThat(output.countLost(2)).isEqualTo(2);
    }

    /** A real pipe: what waits stays below the bound, what has no room is dropped, and all that is read is whole. */
    @Test
    void shouldNeitherWaitNorGrowWhileItsReaderStandsStill() throws Exception {
        PipeReader reader = PipeReader.open(directory);
        StreamOutput output =
                StreamOutput.capture(reader.writeEnd(), StreamOutput.STANDARD_OUTPUT, OutputStyle.DEFAULT, waiting());
        CaptureFileWriter writer = begin(output);
        int handedOver = 0;
        while (output.droppedPackets() < 1000) {
            handedOver++;
            packet(writer, handedOver);
            if (handedOver % 500 == 0) {
                writer.flush();
            }
            assertThat(handedOver).isLessThan(100_000);
        }
        long droppedWhileStanding = output.droppedPackets();
        writer.flush();
        reader.readOn();
        // It has all that waited, so there is room again.
        while (true) {
            handedOver++;
            packet(writer, handedOver);
            writer.flush();
            if (output.droppedPackets() == droppedWhileStanding) {
                break;
            }
            droppedWhileStanding = output.droppedPackets();
        }
        writer.close();
        output.taken().join();

        assertThat(output.isUnread()).isFalse();
        assertThat(output.countLost(handedOver)).isEqualTo(output.droppedPackets());
        assertThat(packetsIn(reader.all())).isEqualTo(handedOver - output.droppedPackets());
        assertThat(output.notes().toString()).contains(output.droppedPackets() + " packets were dropped");
    }

    /** It takes nothing, and nothing more comes: it is not waited for for ever, and what it did not take is lost. */
    @Test
    void shouldGiveUpAReaderThatStandsStillInTheEnd() throws Exception {
        PipeReader reader = PipeReader.open(directory);
        StreamOutput output = StreamOutput.capture(
                reader.writeEnd(),
                StreamOutput.STANDARD_OUTPUT,
                OutputStyle.DEFAULT,
                new StreamOutput.Waiting(directory, StreamOutput.LEAST_BACKLOG_BYTES, 200));
        CaptureFileWriter writer = begin(output);
        int handedOver = 3000;
        for (int time = 1; time <= handedOver; time++) {
            packet(writer, time);
        }
        writer.close();
        output.taken().join();

        assertThat(output.isUnread()).isTrue();
        assertThat(output.notes().toString()).contains("took nothing for too long");
        reader.readOn();
        assertThat(output.countLost(handedOver)).isEqualTo(handedOver - packetsIn(reader.all()));
    }

    private void awaitPackets(Pipe pipe, int packets) throws IOException {
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (packetsIn(pipe) < packets && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(packetsIn(pipe)).isEqualTo(packets);
    }

    private int packetsIn(Pipe pipe) throws IOException {
        return packetsIn(pipe.taken.toByteArray());
    }

    private int packetsIn(byte[] taken) throws IOException {
        Path file = Files.write(directory.resolve("taken.pcapng"), taken);
        int packets = 0;
        try (PcapngReader reader = PcapngReader.open(file)) {
            while (reader.next()) {
                packets++;
            }
        } catch (CaptureFileException e) {
            // The last block is cut where the pipe broke.
            assertThat(e).hasMessageContaining("ends inside a block");
        }
        return packets;
    }
}
