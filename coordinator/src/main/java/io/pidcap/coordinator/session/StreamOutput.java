package io.pidcap.coordinator.session;

import io.pidcap.coordinator.printing.PacketJson;
import io.pidcap.coordinator.printing.PacketLine;
import io.pidcap.coordinator.printing.PrintingWriter;
import io.pidcap.protocol.file.CaptureFileWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;

/**
 * Packets that go to standard output while the session runs, as pcapng for another program or as lines. When its reader
 * has had enough and ends, that is no failure.
 */
public final class StreamOutput implements CaptureOutput {
    /** Stands for it where a file is named. */
    public static final Path STANDARD_OUTPUT = Path.of("/dev/stdout");

    private static final String NAME = "standard output";

    private final Stream stream;
    private final DeliveryCount writer;
    private final String format;

    private StreamOutput(Stream stream, CaptureFileWriter writer, String format) {
        this.stream = stream;
        this.writer = new DeliveryCount(writer);
        this.format = format;
    }

    /** @param channel this object's to close */
    public static StreamOutput pcapng(WritableByteChannel channel, OutputStyle style) throws IOException {
        Stream stream = new Stream(channel);
        CaptureFileWriter writer = OutputFormat.PCAPNG.writer(stream, Path.of(NAME), style);
        return new StreamOutput(stream, writer, OutputFormat.PCAPNG.word());
    }

    /**
     * A line for each packet.
     *
     * @param channel this object's to close
     * @param json whether the lines are of JSON
     * @param zone of the times in other lines
     */
    public static StreamOutput printed(WritableByteChannel channel, boolean json, ZoneId zone) {
        Stream stream = new Stream(channel);
        PacketLine line = new PacketLine(zone);
        CaptureFileWriter writer =
                new PrintingWriter(Channels.newOutputStream(stream), NAME, json ? PacketJson::line : line::of);
        return new StreamOutput(stream, writer, json ? "json" : "text");
    }

    @Override
    public CaptureFileWriter writer() {
        return writer;
    }

    @Override
    public boolean isUnread() {
        return stream.unread;
    }

    @Override
    public long countLost(long handedOver) {
        return Math.max(0, handedOver - writer.delivered());
    }

    @Override
    public void complete() {
        // It is, once its writer is closed.
    }

    @Override
    public void abandon() throws IOException {
        stream.close();
    }

    @Override
    public List<String> notes() {
        return stream.unread ? List.of("nobody reads standard output any more: the capture ended there") : List.of();
    }

    @Override
    public SessionReport.Output report() {
        return new SessionReport.Output(STANDARD_OUTPUT.toString(), format, 0);
    }

    /** Notices that the reader is gone. Java has no exception of its own for EPIPE: only the system's words tell. */
    private static final class Stream implements WritableByteChannel {
        private static final String BROKEN_PIPE = "Broken pipe";

        private final WritableByteChannel channel;
        /** Set by the thread that writes, read by the session's. */
        private volatile boolean unread;

        Stream(WritableByteChannel channel) {
            this.channel = channel;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            try {
                return channel.write(bytes);
            } catch (IOException e) {
                unread = String.valueOf(e.getMessage()).contains(BROKEN_PIPE);
                throw e;
            }
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
