package io.pidcap.coordinator.session;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.platform.PrivateFiles;
import io.pidcap.protocol.file.JournalParts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The paths of one session.
 *
 * <pre>
 *   session.json   what it is and whether it lives (SessionMarkFile)
 *   report.json    once it is over
 *   worker.sock    the workers' pipe; control.sock  of commands such as `pidcap stop`
 *   spool/         unfiltered packets that were not filtered yet; all of them with --keep-all
 *   journal        events and snapshots in the order of arrival; after the end with --keep-all only. Without it goes on in
 *                  journal-2 … and is compacted, see JournalParts
 *   recovery-1 …   what recoveries wrote down of the output; until one succeeds
 *   reserve        room for the last words of a session that fills its disk; while it runs
 *   logs/          one file for each worker run and one for the coordinator
 * </pre>
 */
public record SessionDirectory(Path path) {
    /** {@code sun_path} of unix(7) holds 108 bytes with the final zero. */
    private static final int MOST_SOCKET_PATH_BYTES = 107;

    /** From a directory's making to its mark; a tenth of a second, unless its maker is stopped meanwhile. */
    static final Duration MOST_BEGINNING = Duration.ofMinutes(10);

    private static final int RESERVE_BYTES = 128 * 1024;
    private static final Logger LOG = LoggerFactory.getLogger(SessionDirectory.class);

    static SessionDirectory prepare(Path path) throws IOException {
        SessionDirectory directory = new SessionDirectory(path);
        int longest = directory.controlSocket().toString().getBytes(StandardCharsets.UTF_8).length;
        if (longest > MOST_SOCKET_PATH_BYTES) {
            Files.delete(path);
            throw new SessionException(
                    Kind.OUTPUT,
                    "the path " + directory.controlSocket() + " is too long for a socket: " + longest
                            + " bytes, at most " + MOST_SOCKET_PATH_BYTES,
                    "set " + SessionHome.HOME_VARIABLE + " to a shorter one");
        }
        PrivateFiles.createDirectory(directory.spool());
        PrivateFiles.createDirectory(directory.logs());
        return directory;
    }

    public String id() {
        return String.valueOf(path.getFileName());
    }

    public Path markFile() {
        return path.resolve("session.json");
    }

    public Path reportFile() {
        return path.resolve("report.json");
    }

    public Path workerSocket() {
        return path.resolve("worker.sock");
    }

    public Path controlSocket() {
        return path.resolve("control.sock");
    }

    public Path spool() {
        return path.resolve("spool");
    }

    public Path journal() {
        return path.resolve("journal");
    }

    /** What a recovery writes down of the output, so that another can go on when it dies; the first is number 1. */
    public Path recoveryJournal(int number) {
        return path.resolve("recovery-" + number);
    }

    public Path logs() {
        return path.resolve("logs");
    }

    public Path coordinatorLog() {
        return logs().resolve("coordinator.log");
    }

    private Path reserveFile() {
        return path.resolve("reserve");
    }

    /**
     * Takes the room that report and mark will need, which nobody else may have when the disk is full.
     *
     * @throws IOException there is no room
     */
    void reserve() throws IOException {
        try {
            Files.write(reserveFile(), new byte[RESERVE_BYTES], StandardOpenOption.CREATE_NEW);
        } catch (IOException e) {
            throw new IOException("write " + reserveFile() + ": " + SessionException.words(e), e);
        }
    }

    /** Gives it back; what is written next can use it. */
    void releaseReserve() {
        try {
            Files.deleteIfExists(reserveFile());
        } catch (IOException e) {
            LOG.warn("delete {}: {}", reserveFile(), e.getMessage());
        }
    }

    /** Why a session that has begun cannot go on: nobody finds it any more, and its next segment has no place. */
    Optional<SessionException> deleted() {
        return Files.exists(markFile(), LinkOption.NOFOLLOW_LINKS)
                ? Optional.empty()
                : Optional.of(new SessionException(
                        Kind.DISK_FULL,
                        "write to the session's directory " + path + ": No such file or directory",
                        "leave it there while the session runs"));
    }

    /**
     * Whether its maker died before it had written what it is: it has neither mark nor journal nor packets, and is much
     * older than the making of one takes.
     */
    boolean neverBegan(Instant now) throws IOException {
        return !Files.exists(markFile(), LinkOption.NOFOLLOW_LINKS)
                && !Files.exists(journal(), LinkOption.NOFOLLOW_LINKS)
                && isEmptyOrAbsent(spool())
                && Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS)
                        .toInstant()
                        .isBefore(now.minus(MOST_BEGINNING));
    }

    private static boolean isEmptyOrAbsent(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        } catch (NoSuchFileException e) {
            return true;
        }
    }

    /** Whether the spool and the journal of a session that is over are there. */
    public boolean hasKeptAll() {
        return Files.isRegularFile(journal(), LinkOption.NOFOLLOW_LINKS);
    }

    /** Deletes what only a running session needs: the spool and the journal with all its files. */
    public void deleteWorkFiles() throws IOException {
        deleteTree(spool());
        new JournalParts(journal()).delete();
    }

    /** Deletes everything. */
    public void delete() throws IOException {
        deleteTree(path);
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
