package io.pidcap.coordinator.output;

import io.pidcap.coordinator.printing.PacketJson;
import io.pidcap.coordinator.printing.PacketLine;
import io.pidcap.coordinator.printing.PrintingWriter;
import io.pidcap.protocol.file.CaptureFileWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;

/**
 * Packets that go to standard output or a named pipe while the session runs, as a capture for another program or as
 * lines. When its reader has had enough and ends, that is no failure.
 */
public final class StreamOutput implements CaptureOutput {
    /** Stands for it where a file is named. */
    public static final Path STANDARD_OUTPUT = Path.of("/dev/stdout");

    /** stat(2): the bits of a mode that tell what kind of file it is, and those of a pipe. */
    private static final int KIND_BITS = 0xf000;

    private static final int PIPE_KIND = 0x1000;

    private final Stream stream;
    private final DeliveryCount writer;
    private final Path target;
    private final String format;

    private StreamOutput(Stream stream, CaptureFileWriter writer, Path target, String format) {
        this.stream = stream;
        this.writer = new DeliveryCount(writer);
        this.target = target;
        this.format = format;
    }

    /** Whether this is a pipe in the file system, as mkfifo(1) makes one; a link to one is none. */
    public static boolean isNamedPipe(Path file) {
        try {
            return Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS) instanceof Integer mode
                    && (mode & KIND_BITS) == PIPE_KIND;
        } catch (IOException | UnsupportedOperationException e) {
            // There is none, or this system has no such pipes.
            return false;
        }
    }

    /** Whether what is written there cannot be read again. */
    public static boolean isStream(Path target) {
        return target.equals(STANDARD_OUTPUT) || isNamedPipe(target);
    }

    /** What people call it. */
    public static String nameOf(Path target) {
        return target.equals(STANDARD_OUTPUT) ? "standard output" : target.toString();
    }

    /**
     * A capture, in the format that the target's name asks for.
     *
     * @param channel to the target; this object's to close
     * @param target {@link #STANDARD_OUTPUT} or a named pipe
     */
    public static StreamOutput capture(WritableByteChannel channel, Path target, OutputStyle style) throws IOException {
        Stream stream = new Stream(channel);
        OutputFormat format = OutputFormat.of(target);
        CaptureFileWriter writer = format.writer(stream, Path.of(nameOf(target)), style);
        return new StreamOutput(stream, writer, target, format.word());
    }

    /**
     * A line for each packet, on standard output.
     *
     * @param channel this object's to close
     * @param json whether the lines are of JSON
     * @param zone of the times in other lines
     */
    public static StreamOutput printed(WritableByteChannel channel, boolean json, ZoneId zone) {
        Stream stream = new Stream(channel);
        PacketLine line = new PacketLine(zone);
        CaptureFileWriter writer = new PrintingWriter(
                Channels.newOutputStream(stream), nameOf(STANDARD_OUTPUT), json ? PacketJson::line : line::of);
        return new StreamOutput(stream, writer, STANDARD_OUTPUT, json ? "json" : "text");
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
        return stream.unread
                ? List.of("nobody reads " + nameOf(target) + " any more: the capture ended there")
                : List.of();
    }

    @Override
    public OutputReport report() {
        return new OutputReport(target.toString(), format, 0);
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
