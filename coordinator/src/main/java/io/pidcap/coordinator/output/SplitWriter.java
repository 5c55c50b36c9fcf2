package io.pidcap.coordinator.output;

import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.FileTotals;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.file.InterfaceStatistics;
import io.pidcap.protocol.file.PacketNote;
import io.pidcap.protocol.model.NotedProcess;
import io.pidcap.protocol.model.PacketLabel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes each packet to the file of each process name that it is kept for. Packets of unknown owner have a file, too, and
 * so have, together, the processes whose names come when there are {@value #MOST_FILES} files.
 */
final class SplitWriter implements CaptureFileWriter {
    static final int MOST_FILES = 64;

    /** Makes files. */
    interface Files {
        FilePart open(SplitShare share) throws IOException;
    }

    private record Copy(FilePart part, @Nullable PacketLabel label) {}

    private record Copies(List<Copy> copies) implements PacketLabel {}

    private final Files files;
    private final List<InterfaceDescription> interfaces = new ArrayList<>();
    private final Map<String, FilePart> partOfName = new HashMap<>();
    private final Set<FilePart> parts = new LinkedHashSet<>();
    private @Nullable FilePart unknown;
    private @Nullable FilePart others;
    private long inSeveralFiles;

    SplitWriter(Files files) {
        this.files = files;
    }

    /** To be called before all else. */
    void resume(long packetsInSeveral) {
        inSeveralFiles = packetsInSeveral;
    }

    /** A file that is there already; before all else, and in the order in which they were begun. */
    void resume(SplitShare share, FilePart part) {
        parts.add(part);
        switch (share.kind()) {
            case PROCESS_NAME -> partOfName.put(share.word(), part);
            case UNKNOWN_OWNERS -> unknown = part;
            case OTHER_NAMES -> others = part;
        }
    }

    /** Packets that went into more than one file. */
    long inSeveralFiles() {
        return inSeveralFiles;
    }

    /** Packets that went into the file for names that have none of their own. */
    long unnamed() {
        return others == null ? 0 : others.packets();
    }

    @Override
    public int addInterface(InterfaceDescription description) throws IOException {
        for (FilePart part : parts) {
            part.writer().addInterface(description);
        }
        interfaces.add(description);
        return interfaces.size() - 1;
    }

    @Override
    public boolean takesLabels() {
        return true;
    }

    @Override
    public PacketLabel label(List<PacketNote> notes) throws IOException {
        List<Copy> copies = new ArrayList<>(notes.size());
        for (PacketNote note : notes) {
            FilePart part = partOf(note.process());
            if (copies.stream().noneMatch(copy -> copy.part() == part)) {
                copies.add(new Copy(part, part.writer().label(List.of(note))));
            }
        }
        return new Copies(copies);
    }

    @Override
    public @Nullable PacketLabel comment(String comment) throws IOException {
        FilePart part = partOf(null);
        return new Copies(List.of(new Copy(part, part.writer().comment(comment))));
    }

    private FilePart partOf(@Nullable NotedProcess process) throws IOException {
        if (process == null) {
            unknown = unknown == null ? open(SplitShare.UNKNOWN) : unknown;
            return unknown;
        }
        FilePart known = partOfName.get(process.name());
        if (known != null) {
            return known;
        }
        if (partOfName.size() == MOST_FILES) {
            others = others == null ? open(SplitShare.OTHERS) : others;
            return others;
        }
        FilePart made = open(SplitShare.of(process.name()));
        partOfName.put(process.name(), made);
        return made;
    }

    private FilePart open(SplitShare share) throws IOException {
        FilePart part = files.open(share);
        parts.add(part);
        for (InterfaceDescription one : interfaces) {
            part.writer().addInterface(one);
        }
        return part;
    }

    /** @param label null: of unknown owner */
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
        List<Copy> copies = label == null ? List.of(new Copy(partOf(null), null)) : ((Copies) label).copies();
        for (Copy copy : copies) {
            copy.part().write(interfaceId, epochNanos, originalLength, data, offset, capturedLength, copy.label());
        }
        inSeveralFiles += copies.size() > 1 ? 1 : 0;
    }

    @Override
    public void flush() throws IOException {
        for (FilePart part : parts) {
            part.writer().flush();
        }
    }

    /** Of all files. */
    @Override
    public long length() {
        long bytes = 0;
        for (FilePart part : parts) {
            bytes += part.writer().length();
        }
        return bytes;
    }

    @Override
    public FileTotals fileTotals() {
        return new FileTotals(
                parts.stream()
                        .map(part ->
                                new FileTotals.One(part.packets(), part.writer().length()))
                        .toList(),
                inSeveralFiles);
    }

    /**
     * Closes all, whatever becomes of one. The counters in each are those of the whole capture; the comment with its
     * equation says how many packets are here.
     */
    @Override
    public void close(List<InterfaceStatistics> statistics) throws IOException {
        IOException failed = null;
        for (FilePart part : parts) {
            try {
                part.close(statistics);
            } catch (IOException e) {
                failed = failed == null ? e : failed;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
