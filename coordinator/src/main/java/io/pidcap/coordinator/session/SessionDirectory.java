package io.pidcap.coordinator.session;

import io.pidcap.coordinator.session.SessionException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The paths of one session.
 *
 * <pre>
 *   session.json   what it is and whether it lives (SessionMarkFile)
 *   report.json    once it is over
 *   worker.sock    the workers' pipe; control.sock  of commands such as `pidcap stop`
 *   spool/         unfiltered packets that were not filtered yet; all of them with --keep-all
 *   journal        events and snapshots in the order of arrival; after the end with --keep-all only
 *   logs/          one file for each worker run and one for the coordinator
 * </pre>
 */
public record SessionDirectory(Path path) {
    /** {@code sun_path} of unix(7) holds 108 bytes with the final zero. */
    private static final int MOST_SOCKET_PATH_BYTES = 107;

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
        var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        Files.createDirectory(directory.spool(), ownerOnly);
        Files.createDirectory(directory.logs(), ownerOnly);
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

    public Path logs() {
        return path.resolve("logs");
    }

    public Path coordinatorLog() {
        return logs().resolve("coordinator.log");
    }

    /** Whether the spool and the journal of a session that is over are there. */
    public boolean hasKeptAll() {
        return Files.isRegularFile(journal(), LinkOption.NOFOLLOW_LINKS);
    }

    /** Deletes what only a running session needs: the spool and the journal. */
    public void deleteWorkFiles() throws IOException {
        deleteTree(spool());
        Files.deleteIfExists(journal());
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
