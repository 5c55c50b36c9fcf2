package io.pidcap.coordinator.filter;

import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.InterfaceStatistics;
import io.pidcap.protocol.file.PacketNote;
import io.pidcap.protocol.model.PacketLabel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An output that is no file: remembers what was said of each packet. */
final class RecordingWriter implements CaptureFileWriter {
    private record Said(List<PacketNote> notes) implements PacketLabel {}

    /** Of each packet in the order of writing. */
    final List<List<PacketNote>> notes = new ArrayList<>();

    int labels;
    int mostPackets = Integer.MAX_VALUE;
    private int interfaces;

    @Override
    public int addInterface(InterfaceDescription description) {
        return interfaces++;
    }

    @Override
    public boolean takesLabels() {
        return true;
    }

    @Override
    public PacketLabel label(List<PacketNote> said) {
        labels++;
        return new Said(List.copyOf(said));
    }

    @Override
    public @Nullable PacketLabel comment(String comment) {
        return null;
    }

    @Override
    public boolean takes(long epochNanos) {
        return notes.size() < mostPackets;
    }

    @Override
    public void write(
            int interfaceId,
            long epochNanos,
            int originalLength,
            ByteBuffer data,
            int offset,
            int capturedLength,
            @Nullable PacketLabel label) {
        notes.add(label instanceof Said said ? said.notes() : List.of());
    }

    /** Of each packet: what the comment would tell, one for each name, with the direction. */
    List<String> texts() {
        return notes.stream().map(RecordingWriter::text).toList();
    }

    private static String text(List<PacketNote> said) {
        return String.join(
                "; ",
                said.stream()
                        .map(note ->
                                (note.process() == null ? "-" : note.process().name()) + " " + note.reason()
                                        + (note.peer() == null
                                                ? ""
                                                : " peer " + note.peer().name()) + " " + note.direction())
                        .toList());
    }

    @Override
    public void flush() {}

    @Override
    public long length() {
        return notes.size();
    }

    @Override
    public void close(List<InterfaceStatistics> statistics) {}
}
