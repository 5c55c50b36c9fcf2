package io.pidcap.coordinator.output;

import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.FileTotals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A file for each process name, made when its first packet comes. */
final class SplitOutput implements CaptureOutput, SplitWriter.Files {
    private final Path target;
    private final OutputStyle style;
    private final OutputFormat format;
    private final boolean force;
    private final int ownerUserId;
    private final int ownerGroupId;
    private final OutputJournal journal;
    private final SplitNames names;
    private final SplitWriter writer = new SplitWriter(this);
    private final List<FilePart> files = new ArrayList<>();
    private final List<OutputReport.Part> completed = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private long inSeveralFiles;

    SplitOutput(
            Path target, OutputStyle style, boolean force, int ownerUserId, int ownerGroupId, OutputJournal journal) {
        this.target = target;
        this.style = style;
        this.format = OutputFormat.of(target);
        this.force = force;
        this.ownerUserId = ownerUserId;
        this.ownerGroupId = ownerGroupId;
        this.journal = journal;
        this.names = new SplitNames(target, path -> isTaken(path, force));
    }

    /** Also by a link that leads nowhere, or by an unfinished file: whoever made them must not end the session. */
    private static boolean isTaken(Path path, boolean force) {
        return Files.exists(OutputFile.partOf(path), LinkOption.NOFOLLOW_LINKS)
                || (!force && Files.exists(path, LinkOption.NOFOLLOW_LINKS));
    }

    /**
     * Goes on with files that are there, before anything is written.
     *
     * @param packetsInSeveral see {@link FileTotals}
     */
    void resume(List<LeftShare> left, long packetsInSeveral) throws IOException {
        left.forEach(one -> names.reserve(one.target()));
        writer.resume(packetsInSeveral);
        for (LeftShare one : left) {
            FilePart part =
                    one.isLost() ? create(one.target(), one.share()) : FilePart.resume(one, format, style, force);
            files.add(part);
            writer.resume(one.share(), part);
        }
    }

    private FilePart create(Path path, SplitShare share) throws IOException {
        return FilePart.create(path, format, style, force, ownerUserId, ownerGroupId, journal, share.toMessage());
    }

    @Override
    public FilePart open(SplitShare share) throws IOException {
        FilePart part = create(names.fileOf(share.word()), share);
        files.add(part);
        return part;
    }

    @Override
    public CaptureFileWriter writer() {
        return writer;
    }

    /** A packet that should be in two files and is in one is lost too. */
    @Override
    public long countLost(long handedOver) throws IOException {
        long lost = 0;
        for (FilePart one : files) {
            lost += one.countLost();
        }
        return Math.min(lost, handedOver);
    }

    @Override
    public Optional<Path> deleted() {
        return OutputFile.deletedDirectory(target);
    }

    /** Each file gets its name, whatever becomes of the others. */
    @Override
    public void complete() throws IOException {
        inSeveralFiles = writer.inSeveralFiles();
        IOException failed = null;
        for (FilePart one : files) {
            try {
                completed.add(one.complete(notes::add));
            } catch (IOException e) {
                if (failed == null) {
                    failed = e;
                } else {
                    failed.addSuppressed(e);
                }
            }
        }
        if (failed != null) {
            throw failed;
        }
        if (writer.unnamed() > 0) {
            notes.add("more than " + SplitWriter.MOST_FILES
                    + " process names: the packets of the others are together in " + "one file");
        }
    }

    @Override
    public void abandon() throws IOException {
        for (FilePart one : files) {
            one.abandon();
        }
    }

    @Override
    public List<String> notes() {
        return List.copyOf(notes);
    }

    @Override
    public OutputReport report() {
        long bytes = completed.stream().mapToLong(OutputReport.Part::bytes).sum();
        return new OutputReport(target.toString(), format.word(), bytes, completed, inSeveralFiles);
    }
}
