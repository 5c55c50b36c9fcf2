package io.pidcap.coordinator.output;

import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.v1.OutputFileBegun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** All packets in one file. */
final class SingleOutput implements CaptureOutput {
    private final OutputFile file;
    private final CaptureFileWriter writer;
    private Path path;
    private long bytes;

    private SingleOutput(OutputFile file, CaptureFileWriter writer) {
        this.file = file;
        this.writer = writer;
        this.path = file.target();
    }

    static SingleOutput create(
            Path target, OutputStyle style, boolean force, int ownerUserId, int ownerGroupId, OutputJournal journal)
            throws IOException {
        journal.intended(target);
        OutputFile file = OutputFile.create(target, force, ownerUserId, ownerGroupId);
        journal.begun(target, OutputFileBegun.getDefaultInstance());
        try {
            return new SingleOutput(file, OutputFormat.of(target).writer(file.channel(), file.part(), style));
        } catch (IOException | RuntimeException e) {
            file.abandon();
            throw e;
        }
    }

    @Override
    public CaptureFileWriter writer() {
        return writer;
    }

    @Override
    public long countLost(long handedOver) throws IOException {
        return file.countLost(handedOver, OutputFormat.of(file.target()));
    }

    @Override
    public Optional<Path> deleted() {
        return file.isDeleted() ? Optional.of(file.part()) : Optional.empty();
    }

    @Override
    public List<String> unfinished() {
        return file.isDeleted()
                ? List.of()
                : List.of("the file could not get its name: the packets are in " + file.part());
    }

    @Override
    public void complete() throws IOException {
        path = file.commit();
        bytes = Files.size(path);
    }

    @Override
    public void abandon() throws IOException {
        file.abandon();
    }

    @Override
    public List<String> notes() {
        return path.equals(file.target())
                ? List.of()
                : List.of(
                        file.target() + " appeared during the capture and was left alone: the packets are in " + path);
    }

    @Override
    public OutputReport report() {
        return new OutputReport(path.toString(), OutputFormat.of(file.target()).word(), bytes);
    }
}
