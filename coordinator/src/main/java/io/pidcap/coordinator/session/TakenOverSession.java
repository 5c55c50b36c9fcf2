package io.pidcap.coordinator.session;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.platform.PrivateFiles;
import io.pidcap.protocol.v1.ObservedTimeMessage;
import io.pidcap.protocol.v1.SessionStarted;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

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

    /** Whether it had not said yet that it captures. */
    public boolean wasStarting() {
        return mark.state().equals(SessionState.STARTING.word());
    }

    /** Of recoveries that died, the oldest first. */
    public List<Path> recoveryJournals() {
        List<Path> found = new ArrayList<>();
        Path next = directory.recoveryJournal(1);
        while (Files.exists(next, LinkOption.NOFOLLOW_LINKS)) {
            found.add(next);
            next = directory.recoveryJournal(found.size() + 1);
        }
        return found;
    }

    /** What is known of it without its journal. */
    public SessionStarted begun() {
        return SessionStarted.newBuilder()
                .setSessionId(mark.id())
                .setStarted(
                        ObservedTimeMessage.newBuilder().setEpochNanos(TimeUnit.MILLISECONDS.toNanos(mark.created())))
                .setOutputFile(mark.output())
                .build();
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
        for (Path journal : recoveryJournals()) {
            Files.delete(journal);
        }
        Files.deleteIfExists(lockFile(directory));
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
