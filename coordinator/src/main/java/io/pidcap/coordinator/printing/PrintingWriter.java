package io.pidcap.coordinator.printing;

import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.CapturedPacket;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.InterfaceStatistics;
import io.pidcap.protocol.file.PacketNote;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.NotedProcess;
import io.pidcap.protocol.model.PacketLabel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Prints packets instead of writing a file of them: each in one line of UTF-8, with the process that its label names.
 * Statistics are not printed.
 */
public final class PrintingWriter implements CaptureFileWriter {
    private static final int CHUNK_BYTES = 1 << 16;

    private record Printed(PacketProcess process) implements PacketLabel {}

    private record Written(ByteBuffer buffer, int dataOffset, int capturedLength, int originalLength, long epochNanos)
            implements CapturedPacket {}

    private final OutputStream out;
    private final String file;
    private final BiFunction<DecodedPacket, PacketProcess, String> format;
    private final PacketDecoder decoder = new PacketDecoder();
    private final List<InterfaceDescription> interfaces = new ArrayList<>();
    private final ByteArrayOutputStream waiting = new ByteArrayOutputStream();
    private long writtenBytes;
    private boolean broken;
    private boolean closed;

    /**
     * @param out this object's to close
     * @param file for messages
     * @param format makes the line, without a line break
     */
    public PrintingWriter(OutputStream out, String file, BiFunction<DecodedPacket, PacketProcess, String> format) {
        this.out = out;
        this.file = file;
        this.format = format;
    }

    @Override
    public int addInterface(InterfaceDescription description) {
        if (interfaces.isEmpty()) {
            warmUp();
        }
        interfaces.add(description);
        return interfaces.size() - 1;
    }

    /** Loading what decodes and prints takes tenths of a second, for which the first packet would have to wait. */
    private void warmUp() {
        ByteBuffer packet = ByteBuffer.allocate(40);
        packet.putInt(0, 0x45000028).putInt(8, 0x40060000).putInt(32, 0x50020000);
        Written tcp = new Written(packet, 0, packet.capacity(), packet.capacity(), 0);
        String unused = format.apply(decoder.decode("", LinkType.RAW, tcp), PacketProcess.UNKNOWN);
    }

    @Override
    public boolean takesLabels() {
        return true;
    }

    @Override
    public @Nullable PacketLabel label(List<PacketNote> ofEachName) {
        return ofEachName.isEmpty() ? null : new Printed(process(ofEachName.get(0)));
    }

    private static PacketProcess process(PacketNote note) {
        NotedProcess process = note.process();
        NotedProcess peer = note.peer();
        return new PacketProcess(
                process == null ? "" : process.name(),
                process == null ? -1 : process.identity().pid(),
                note.reason(),
                peer == null ? "" : peer.name(),
                peer == null ? -1 : peer.identity().pid());
    }

    @Override
    public @Nullable PacketLabel comment(String comment) {
        return null;
    }

    @Override
    public void write(
            int interfaceId,
            long epochNanos,
            int originalLength,
            ByteBuffer data,
            int offset,
            int capturedLength,
            @Nullable PacketLabel label)
            throws IOException {
        InterfaceDescription from = interfaces.get(interfaceId);
        // Where there is one only, its name says nothing.
        String name = interfaces.size() == 1 ? "" : from.name();
        // Its limit plays no part.
        ByteBuffer whole = data.duplicate().clear();
        Written written = new Written(whole, offset, capturedLength, originalLength, epochNanos);
        DecodedPacket packet = decoder.decode(name, from.linkType(), written);
        String line = format.apply(packet, label == null ? PacketProcess.UNKNOWN : ((Printed) label).process());
        waiting.writeBytes((line + "\n").getBytes(StandardCharsets.UTF_8));
        if (waiting.size() >= CHUNK_BYTES) {
            flush();
        }
    }

    @Override
    public void flush() throws IOException {
        if (broken) {
            throw new IOException("write " + file + ": an earlier write failed");
        }
        try {
            waiting.writeTo(out);
            out.flush();
            writtenBytes += waiting.size();
            waiting.reset();
        } catch (IOException e) {
            broken = true;
            throw new IOException("write " + file + ": " + e.getMessage(), e);
        }
    }

    /** After an error, what was written before. */
    @Override
    public long length() {
        return broken ? writtenBytes : writtenBytes + waiting.size();
    }

    @Override
    public void close(List<InterfaceStatistics> statistics) throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        try (out) {
            if (!broken) {
                flush();
            }
        }
    }
}
