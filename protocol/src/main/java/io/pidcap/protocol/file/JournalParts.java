package io.pidcap.protocol.file;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * The files of one journal.
 *
 * <pre>
 *   journal       the first; or what a compaction kept of all up to the part of which its JournalCompacted tells
 *   journal-2 …   each goes on where the one before it ends, and begins with JournalContinued
 *   journal.new   a compaction that is not complete; takes the place of the first, then those that it replaces are deleted
 * </pre>
 *
 * @param first under whose name the journal is known
 */
public record JournalParts(Path first) {
    /** @param number from 1 */
    public Path path(int number) {
        return number == 1 ? first : first.resolveSibling(first.getFileName() + "-" + number);
    }

    public Path unfinished() {
        return first.resolveSibling(first.getFileName() + ".new");
    }

    boolean has(int number) {
        return Files.isRegularFile(path(number), LinkOption.NOFOLLOW_LINKS);
    }

    /** Deletes all, the first one last: while it is there, so is what it tells of. */
    public void delete() throws IOException {
        Path folder = first.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException("delete " + first + ": it is no file");
        }
        Files.deleteIfExists(unfinished());
        try (DirectoryStream<Path> others = Files.newDirectoryStream(folder, this::isOther)) {
            for (Path other : others) {
                Files.deleteIfExists(other);
            }
        } catch (NoSuchFileException e) {
            return;
        }
        Files.deleteIfExists(first);
    }

    private boolean isOther(Path path) {
        String name = String.valueOf(path.getFileName());
        String begin = first.getFileName() + "-";
        return name.startsWith(begin) && name.substring(begin.length()).matches("[1-9][0-9]{0,9}");
    }
}
