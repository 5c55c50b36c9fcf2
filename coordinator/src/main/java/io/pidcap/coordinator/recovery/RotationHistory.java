package io.pidcap.coordinator.recovery;

import io.pidcap.coordinator.checkpoint.CheckpointMapper;
import io.pidcap.coordinator.filter.FilterCheckpoint;
import io.pidcap.coordinator.filter.FilterProgress;
import io.pidcap.coordinator.output.OutputFile;
import io.pidcap.coordinator.output.OutputReport;
import io.pidcap.coordinator.output.Rotation;
import io.pidcap.coordinator.output.RotationNames;
import io.pidcap.protocol.v1.JournalLeftOut;
import io.pidcap.protocol.v1.OutputFileBegun;
import io.pidcap.protocol.v1.OutputFileEnded;
import io.pidcap.protocol.v1.SessionStarted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a journal tells of the files of an output that come one after the other. One thread. */
final class RotationHistory {
    /** Of the files that ended, by their names: in a ring those that were written last. */
    private final Map<Path, OutputFileEnded> ended = new LinkedHashMap<>();

    private FilterCheckpoint checkpoint = FilterCheckpoint.NOTHING;
    private OutputFileBegun newest = OutputFileBegun.getDefaultInstance();
    private boolean newestReplacesOwn;
    private @Nullable OutputFileEnded newestEnded;
    private long packetsBefore;

    void begun(OutputFileBegun body) {
        newest = body;
        newestReplacesOwn = ended.containsKey(Path.of(body.getPath()));
        newestEnded = null;
    }

    void ended(OutputFileEnded body) {
        Path path = Path.of(body.getPath());
        ended.remove(path);
        ended.put(path, body);
        newestEnded = body;
        packetsBefore += body.getPackets();
        if (body.hasCheckpoint()) {
            checkpoint = CheckpointMapper.toModel(body.getCheckpoint());
        }
    }

    void leftOut(JournalLeftOut body) {
        packetsBefore += body.getFilePackets();
    }

    /** Where the newest file ended but the last of all; {@link FilterCheckpoint#NOTHING}: there was none. */
    FilterCheckpoint checkpoint() {
        return checkpoint;
    }

    /** The last of all ended, or another recovery gave it its name and died. */
    boolean isComplete() {
        return newestEnded == null ? isNamed() : newestEnded.getLast();
    }

    private boolean isNamed() {
        Path target = Path.of(newest.getPath());
        return newest.getInode() != 0
                && OutputFile.inode(target) == newest.getInode()
                && !Files.exists(OutputFile.partOf(target), LinkOption.NOFOLLOW_LINKS);
    }

    /** The newest file, where it is complete and its end is not written down. */
    OutputReport.@Nullable Part namedNewest(FilterProgress known) throws IOException {
        if (newestEnded != null) {
            return null;
        }
        long packets = known.counters().keptPackets() - packetsBefore;
        return new OutputReport.Part(newest.getPath(), packets, Files.size(Path.of(newest.getPath())));
    }

    /**
     * The coordinator may have died between the end of a file and giving it its name.
     *
     * @return where the file is then, if there was anything to do
     */
    Optional<Path> nameNewest(SessionStarted head) throws IOException {
        Path target = Path.of(newest.getPath());
        Path part = OutputFile.partOf(target);
        if (newestEnded == null || newest.getInode() == 0 || OutputFile.inode(part) != newest.getInode()) {
            return Optional.empty();
        }
        if (OutputFile.inode(target) == newest.getInode()) {
            Files.delete(part);
            return Optional.of(target);
        }
        boolean replaces = head.getReplaceOutput() || newestReplacesOwn;
        return Optional.of(OutputFile.reopen(target, replaces, newest.getInode(), newestEnded.getBytes())
                .commit());
    }

    /**
     * Where the rest goes: into the file that had not ended, or, where there was none, a new one.
     *
     * @param now of which the new one may have the time in its name
     */
    LeftFile left(SessionStarted head, Instant now) {
        Path target = Path.of(newest.getPath());
        long inode = newest.getInode();
        boolean replaces = head.getReplaceOutput() || newestReplacesOwn;
        if (newestEnded != null) {
            Rotation rotation = new Rotation(
                    head.getRotation().getFileBytes(), head.getRotation().getPeriodMillis(), 0);
            Path pattern = Path.of(head.getOutputFile());
            target = new RotationNames(pattern, rotation, ZoneId.systemDefault(), RotationHistory::isThere)
                    .ofPeriod(now);
            inode = 0;
            replaces = false;
        }
        return new LeftFile(target, replaces, inode, checkpoint.outputBytes(), packetsBefore);
    }

    private static boolean isThere(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS)
                || Files.exists(OutputFile.partOf(path), LinkOption.NOFOLLOW_LINKS);
    }

    /** All files of the output, in their order. */
    OutputReport report(SessionStarted head, OutputReport.@Nullable Part last) {
        List<OutputReport.Part> files = new ArrayList<>();
        for (OutputFileEnded one : ended.values()) {
            if (last == null || !last.path().equals(one.getPath())) {
                files.add(new OutputReport.Part(one.getPath(), one.getPackets(), one.getBytes()));
            }
        }
        if (last != null) {
            files.add(last);
        }
        long bytes = files.stream().mapToLong(OutputReport.Part::bytes).sum();
        return new OutputReport(head.getOutputFile(), head.getOutputFormat(), bytes, files, 0);
    }
}
