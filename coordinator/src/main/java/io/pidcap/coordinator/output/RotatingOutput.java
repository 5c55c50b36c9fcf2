package io.pidcap.coordinator.output;

import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.v1.OutputFileBegun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One file after the other, as {@link Rotation} says. Each has its name as soon as it is complete. */
final class RotatingOutput implements CaptureOutput, RotatingWriter.Files {
    /** Of older files the report has only the number. */
    static final int MOST_REPORTED_FILES = 1000;

    private final Path target;
    private final OutputStyle style;
    private final OutputFormat format;
    private final boolean force;
    private final int ownerUserId;
    private final int ownerGroupId;
    private final OutputJournal journal;
    private final RotationNames names;
    private final RotatingWriter writer;
    /** By the names that they were to have, the newest last. */
    private final Map<Path, OutputReport.Part> completed = new LinkedHashMap<>();

    private final List<String> notes = new ArrayList<>();
    private long unreportedFiles;
    private long replacedFiles;
    private long replacedPackets;
    private boolean begun;
    private List<OutputReport.Part> reported = List.of();
    private long bytes;
    private long replacedBytes;

    /** The parameters are those of {@link CaptureOutput#create}. */
    RotatingOutput(
            Path target,
            OutputStyle style,
            boolean force,
            int ownerUserId,
            int ownerGroupId,
            OutputJournal journal,
            InstantSource clock)
            throws IOException {
        this.target = target;
        this.style = style;
        this.format = OutputFormat.of(target);
        this.force = force;
        this.ownerUserId = ownerUserId;
        this.ownerGroupId = ownerGroupId;
        this.journal = journal;
        this.names = new RotationNames(target, style.rotation(), ZoneId.systemDefault(), this::isTaken);
        checkRing();
        this.writer = new RotatingWriter(style.rotation(), this, clock);
    }

    /** All files of a ring will be there in the end: better to refuse now what is somebody else's. */
    private void checkRing() {
        if (!style.rotation().ring() || force) {
            return;
        }
        RotationNames all = new RotationNames(target, style.rotation(), ZoneId.systemDefault(), path -> false);
        Path path = all.first(Instant.EPOCH);
        for (int i = 0; i < style.rotation().files(); i++) {
            OutputFile.checkTarget(path, false);
            path = all.next();
        }
    }

    private boolean isTaken(Path path) {
        if (Files.exists(OutputFile.partOf(path), LinkOption.NOFOLLOW_LINKS)) {
            return true;
        }
        if (style.rotation().ring()) {
            return !force && !isOurs(path) && Files.exists(path, LinkOption.NOFOLLOW_LINKS);
        }
        return completed.containsKey(path) || (!force && Files.exists(path, LinkOption.NOFOLLOW_LINKS));
    }

    /** We made it in this session. */
    private boolean isOurs(Path path) {
        OutputReport.Part known = completed.get(path);
        return known != null && known.path().equals(path.toString());
    }

    @Override
    public FilePart open(boolean periodBegins, long beginEpochNanos) throws IOException {
        Instant begin = Instant.ofEpochSecond(0, beginEpochNanos);
        Path path = !begun ? names.first(begin) : periodBegins ? names.ofPeriod(begin) : names.next();
        FilePart part = FilePart.create(
                path,
                format,
                style,
                force || isOurs(path),
                ownerUserId,
                ownerGroupId,
                journal,
                OutputFileBegun.getDefaultInstance());
        begun = true;
        return part;
    }

    @Override
    public void completed(FilePart part) throws IOException {
        journal.ended(part);
        give(part);
    }

    private void give(FilePart part) throws IOException {
        OutputReport.Part now = part.complete(notes::add);
        OutputReport.Part before = completed.remove(part.target());
        if (before != null && before.path().equals(now.path())) {
            replacedFiles++;
            replacedPackets += before.packets();
            replacedBytes += before.bytes();
        }
        completed.put(part.target(), now);
        if (completed.size() > MOST_REPORTED_FILES && !style.rotation().ring()) {
            completed.remove(completed.keySet().iterator().next());
            unreportedFiles++;
        }
    }

    @Override
    public CaptureFileWriter writer() {
        return writer;
    }

    @Override
    public boolean isFull() {
        return writer.isFull();
    }

    /** What was closed before is where it should be. */
    @Override
    public long countLost(long handedOver) throws IOException {
        FilePart current = writer.current();
        return current == null ? 0 : current.countLost();
    }

    @Override
    public Optional<Path> deleted() {
        return OutputFile.deletedDirectory(target);
    }

    @Override
    public void complete() throws IOException {
        FilePart current = writer.current();
        if (current != null) {
            journal.lastEnded(current);
            give(current);
        }
        reported = List.copyOf(completed.values());
        bytes = writer.length() - replacedBytes;
        if (replacedFiles > 0) {
            notes.add("of the packets kept, " + replacedPackets + " were in " + replacedFiles
                    + (replacedFiles == 1 ? " file" : " files") + " that newer ones have replaced, as -W asks for");
        }
        if (unreportedFiles > 0) {
            notes.add(unreportedFiles + " older files are not listed here");
        }
    }

    /** Files that are complete stay: their packets are good. */
    @Override
    public void abandon() throws IOException {
        FilePart current = writer.current();
        if (current != null) {
            current.abandon();
        }
    }

    @Override
    public List<String> notes() {
        return List.copyOf(notes);
    }

    @Override
    public OutputReport report() {
        return new OutputReport(target.toString(), format.word(), bytes, reported, 0);
    }
}
