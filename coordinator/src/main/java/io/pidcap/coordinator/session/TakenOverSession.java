package io.pidcap.coordinator.session;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.platform.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * A session whose coordinator died, in the hands of this process: no other can take it meanwhile, and when this one dies
 * too, it can be taken again.
 */
public final class TakenOverSession implements AutoCloseable {
    private final SessionDirectory directory;
    private final FileChannel lock;
    private final SessionMarkFile mark;

    private TakenOverSession(SessionDirectory directory, FileChannel lock, SessionMarkFile mark) {
        this.directory = directory;
        this.lock = lock;
        this.mark = mark;
    }

    /** @throws SessionException its coordinator lives, it is over, or another process has taken it */
    public static TakenOverSession take(SessionDirectory directory) throws IOException {
        staleMark(directory);
        FileChannel channel = FileChannel.open(
                lockFile(directory),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
                PrivateFiles.attributesOf(lockFile(directory)));
        try {
            FileLock held = channel.tryLock();
            if (held == null) {
                throw new SessionException(
                        Kind.USAGE, "the session " + directory.id() + " is being recovered already", "");
            }
            // Once more: who held the lock before may have ended it.
            SessionMarkFile taken = staleMark(directory).takenOver();
            taken.write(directory.markFile());
            return new TakenOverSession(directory, channel, taken);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static SessionMarkFile staleMark(SessionDirectory directory) {
        return SessionMarkFile.read(directory)
                .filter(SessionMarkFile::isStale)
                .orElseThrow(() -> new SessionException(
                        Kind.USAGE,
                        "the session " + directory.id() + " has not lost its coordinator",
                        "`pidcap status --all` tells how it is"));
    }

    private static Path lockFile(SessionDirectory directory) {
        return directory.path().resolve("recover.lock");
    }

    public SessionDirectory directory() {
        return directory;
    }

    /**
     * Leaves what a session leaves that ended by itself.
     *
     * @param last the state of the report
     */
    public void end(SessionState last, SessionReport report, boolean keepAll) throws IOException {
        directory.releaseReserve();
        mark.in(last).write(directory.markFile());
        SessionResources.leaveReport(directory, Json.write(report), keepAll);
        Files.deleteIfExists(directory.workerSocket());
        Files.deleteIfExists(directory.controlSocket());
        Files.deleteIfExists(lockFile(directory));
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
