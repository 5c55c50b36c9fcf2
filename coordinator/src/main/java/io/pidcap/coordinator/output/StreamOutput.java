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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Packets that go to standard output or a named pipe while the session runs, as a capture for another program or as
 * lines. When its reader has had enough and ends, that is no failure. One that is slow, or stands still, finds what it
 * has not taken yet in a {@link Backlog}; packets for which that has no room are dropped and counted.
 */
public final class StreamOutput implements CaptureOutput {
    /** Stands for it where a file is named. */
    public static final Path STANDARD_OUTPUT = Path.of("/dev/stdout");

    /** stat(2): the bits of a mode that tell what kind of file it is, and those of a pipe. */
    private static final int KIND_BITS = 0xf000;

    private static final int PIPE_KIND = 0x1000;

    /** How much may wait for the reader if nobody says. */
    public static final long DEFAULT_BACKLOG_BYTES = 256L << 20;

    /** Less holds not much more than what is no packet. */
    public static final long LEAST_BACKLOG_BYTES = 1L << 20;

    private final Stream stream;
    private final Backlog backlog;
    private final DeliveryCount writer;
    private final Path target;
    private final String format;

    private StreamOutput(Waiting waiting, Begun begun, CaptureFileWriter writer, Path target, String format) {
        this.stream = begun.stream();
        this.backlog = begun.backlog();
        this.writer = new DeliveryCount(writer, backlog::takenBytes, waiting.mostBytes());
        this.target = target;
        this.format = format;
    }

    /**
     * Where packets wait that the reader has not taken yet.
     *
     * @param directory private; nothing is left in it
     * @param mostBytes of disk; at least {@link #LEAST_BACKLOG_BYTES}
     * @param patienceMillis so long a reader may take nothing in the end before it is given up
     */
    public record Waiting(Path directory, long mostBytes, long patienceMillis) {
        public Waiting(Path directory, long mostBytes) {
            this(directory, mostBytes, Backlog.PATIENCE_MILLIS);
        }
    }

    private record Begun(Stream stream, Backlog backlog) {
        static Begun on(WritableByteChannel channel, Waiting waiting) throws IOException {
            Stream stream = new Stream(channel);
            return new Begun(
                    stream, new Backlog(stream, waiting.directory(), waiting.mostBytes(), waiting.patienceMillis()));
        }
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
    public static StreamOutput capture(WritableByteChannel channel, Path target, OutputStyle style, Waiting waiting)
            throws IOException {
        Begun begun = Begun.on(channel, waiting);
        OutputFormat format = OutputFormat.of(target);
        CaptureFileWriter writer = format.writer(begun.backlog(), Path.of(nameOf(target)), style);
        return new StreamOutput(waiting, begun, writer, target, format.word());
    }

    /**
     * A line for each packet, on standard output.
     *
     * @param channel this object's to close
     * @param json whether the lines are of JSON
     * @param zone of the times in other lines
     */
    public static StreamOutput printed(WritableByteChannel channel, boolean json, ZoneId zone, Waiting waiting)
            throws IOException {
        Begun begun = Begun.on(channel, waiting);
        PacketLine line = new PacketLine(zone);
        CaptureFileWriter writer = new PrintingWriter(
                Channels.newOutputStream(begun.backlog()), nameOf(STANDARD_OUTPUT), json ? PacketJson::line : line::of);
        return new StreamOutput(waiting, begun, writer, STANDARD_OUTPUT, json ? "json" : "text");
    }

    @Override
    public CaptureFileWriter writer() {
        return writer;
    }

    @Override
    public boolean isUnread() {
        return stream.unread || backlog.hasGivenUp();
    }

    @Override
    public CompletableFuture<Void> taken() {
        return backlog.over();
    }

    @Override
    public long droppedPackets() {
        return writer.dropped();
    }

    @Override
    public long countLost(long handedOver) {
        return Math.max(0, handedOver - writer.delivered());
    }

    @Override
    public void complete() {
        // It is, once its reader has taken all.
    }

    @Override
    public void abandon() throws IOException {
        backlog.abandon();
    }

    @Override
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        if (stream.unread) {
            notes.add("nobody reads " + nameOf(target) + " any more: the capture ended there");
        } else if (backlog.hasGivenUp()) {
            notes.add("who reads " + nameOf(target)
                    + " took nothing for too long in the end: what still waited for it was dropped");
        }
        if (writer.dropped() > 0) {
            notes.add("who reads " + nameOf(target) + " is too slow: " + writer.dropped()
                    + " packets were dropped; --backlog makes more room for them to wait, -w FILE keeps all");
        }
        return notes;
    }

    @Override
    public OutputReport report() {
        return new OutputReport(target.toString(), format, 0);
    }

    /** Notices that the reader is gone. Java has no exception of its own for EPIPE: only the system's words tell. */
    private static final class Stream implements WritableByteChannel {
        private static final String BROKEN_PIPE = "Broken pipe";

        private final WritableByteChannel channel;
        /** Set by the backlog's thread, read by the session's. */
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
