package io.pidcap.coordinator.filter;

import io.pidcap.coordinator.attribution.History;
import io.pidcap.coordinator.filter.FilterCommand.ProgressArrived;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.PcapWriter;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.ObservedTime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Writes the segments of one interface as a capture-worker does, and words its announcements. */
final class SpoolFiles {
    static final long SECOND = 1_000_000_000L;

    private final Path directory;
    private final int run;
    private final int interfaceNumber;
    private final InterfaceDescription description;
    private int segment;
    private Path file;
    private PcapWriter writer;
    private long drainedUntilNanos;
    private long wallOffsetNanos = History.WALL_OFFSET_NANOS;

    SpoolFiles(Path directory, int run, int interfaceNumber, LinkType linkType) throws IOException {
        this.directory = directory;
        this.run = run;
        this.interfaceNumber = interfaceNumber;
        this.description = new InterfaceDescription("if" + interfaceNumber, linkType, 262144, "");
        this.segment = 1;
        this.file = file();
        this.writer = open();
    }

    private Path file() {
        return directory.resolve(String.format("run%d-if%d-%06d.pcap", run, interfaceNumber, segment));
    }

    private PcapWriter open() throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        PcapWriter opened = new PcapWriter(channel, file.toString());
        opened.addInterface(description);
        return opened;
    }

    InterfaceDescription description() {
        return description;
    }

    Path current() {
        return file;
    }

    SpoolFiles packet(double seconds, byte[] packet) throws IOException {
        return packetAt((long) (seconds * SECOND), packet);
    }

    /** Captured at a time of the monotonic clock. */
    SpoolFiles packetAt(long nanos, byte[] packet) throws IOException {
        writer.write(0, nanos + wallOffsetNanos, packet.length, ByteBuffer.wrap(packet), null);
        drainedUntilNanos = Math.max(drainedUntilNanos, nanos);
        return this;
    }

    /** With a stamp that tells nothing. */
    SpoolFiles misdatedPacket(double seconds, byte[] packet) throws IOException {
        writer.write(0, (long) (seconds * SECOND), packet.length, ByteBuffer.wrap(packet), null);
        return this;
    }

    /** The wall clock was set; packets from here on are stamped by it. */
    SpoolFiles wallClockStepped(double bySeconds) {
        wallOffsetNanos += (long) (bySeconds * SECOND);
        return this;
    }

    /** Nothing was there up to this time. */
    SpoolFiles quietUntil(double seconds) {
        drainedUntilNanos = (long) (seconds * SECOND);
        return this;
    }

    /** What is written so far can be read. */
    ProgressArrived progress() throws IOException {
        writer.flush();
        return announcement(false);
    }

    /** The segment ends; the next packet goes into another. */
    ProgressArrived end() throws IOException {
        writer.close();
        ProgressArrived ended = announcement(true);
        segment++;
        file = file();
        writer = open();
        return ended;
    }

    ProgressArrived announcement(boolean ended) {
        ObservedTime announced = new ObservedTime(drainedUntilNanos, drainedUntilNanos + wallOffsetNanos);
        return new ProgressArrived(
                run, interfaceNumber, segment, file, writer.length(), ended, drainedUntilNanos, announced);
    }
}
