package io.pidcap.coordinator.session;

import io.pidcap.coordinator.platform.PrivateFiles;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the logs of a session small, however long it runs and whatever its workers print. Of a log that has become too long
 * the newest part stays beside it as {@code LOG.old}; of the logs of worker runs the newest stay. Everybody appends to these
 * files and keeps them open, so they are emptied, not replaced. Session's thread only.
 */
final class SessionLogs {
    private static final Logger LOG = LoggerFactory.getLogger(SessionLogs.class);
    private static final String SUFFIX = ".log";

    /** So long a log may become between two looks before it is put aside. */
    static final long MOST_BYTES = 4L << 20;

    /** So many logs of worker runs stay. */
    static final int MOST_FILES = 40;

    private final Path directory;
    private final long mostBytes;
    private final int mostFiles;
    private long removedBytes;

    SessionLogs(Path directory) {
        this(directory, MOST_BYTES, MOST_FILES);
    }

    SessionLogs(Path directory, long mostBytes, int mostFiles) {
        this.directory = directory;
        this.mostBytes = mostBytes;
        this.mostFiles = mostFiles;
    }

    /** Looks at all of them, and removes what is too much. */
    void bound() {
        try {
            for (Path log : logs()) {
                if (Files.size(log) > mostBytes) {
                    putAside(log);
                }
            }
            // The newest run is being written, and so is the coordinator's.
            List<Path> all = logs();
            for (Path log : all.subList(0, Math.max(0, all.size() - mostFiles))) {
                removedBytes += sizeOf(log) + sizeOf(old(log));
                Files.deleteIfExists(old(log));
                Files.deleteIfExists(log);
            }
        } catch (IOException e) {
            LOG.warn("keep the logs in {} small: {}", directory, e.getMessage());
        }
    }

    /** What the user should know; empty: everything that was logged is there. */
    Optional<String> note() {
        return removedBytes == 0
                ? Optional.empty()
                : Optional.of("the logs had become too long: their oldest " + removedBytes + " bytes were removed");
    }

    /** Those that were written last at the end. */
    private List<Path> logs() throws IOException {
        try (Stream<Path> found = Files.list(directory)) {
            return found.filter(path -> path.toString().endsWith(SUFFIX))
                    .sorted(Comparator.comparing(SessionLogs::lastWritten))
                    .toList();
        }
    }

    private static Long lastWritten(Path log) {
        try {
            return Files.getLastModifiedTime(log, LinkOption.NOFOLLOW_LINKS).toMillis();
        } catch (IOException e) {
            LOG.debug("the time of {}", log, e);
            return 0L;
        }
    }

    private static Path old(Path log) {
        return log.resolveSibling(log.getFileName() + ".old");
    }

    /** The newest {@link #mostBytes} stay; what is written while this copies is counted as removed. */
    private void putAside(Path log) throws IOException {
        removedBytes += sizeOf(old(log));
        Files.deleteIfExists(old(log));
        try (FileChannel from = FileChannel.open(log, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileChannel to = FileChannel.open(
                        old(log),
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PrivateFiles.attributesOf(old(log)))) {
            from.position(Math.max(0, from.size() - mostBytes));
            long copied = Channels.newInputStream(from).transferTo(Channels.newOutputStream(to));
            removedBytes += from.size() - copied;
            from.truncate(0);
        }
        LOG.warn("{} had become too long: what stays of it is in {}", log, old(log).getFileName());
    }

    private static long sizeOf(Path file) throws IOException {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        }
    }
}
