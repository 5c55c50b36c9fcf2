package io.pidcap.coordinator.session;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions of this user as another process sees them: which live, which are over, which died. */
public final class Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    /** So many that are over keep their report and logs; older ones are removed. */
    static final int KEPT = 20;

    /** A session and what its mark file says. */
    public record Found(SessionDirectory directory, SessionMarkFile mark) {
        public String id() {
            return directory.id();
        }
    }

    private final SessionHome home;

    public Sessions(SessionHome home) {
        this.home = home;
    }

    /** All of them, the oldest first; one that cannot be read is left out and logged. */
    public List<Found> all() {
        List<Found> found = new ArrayList<>();
        for (SessionDirectory directory : home.list()) {
            try {
                SessionMarkFile.read(directory).ifPresent(mark -> found.add(new Found(directory, mark)));
            } catch (SessionException e) {
                LOG.warn("{}", e.getMessage());
            }
        }
        return found;
    }

    public List<Found> alive() {
        return all().stream().filter(found -> found.mark().isAlive()).toList();
    }

    /** Those whose coordinator died. */
    public List<Found> stale() {
        return all().stream().filter(found -> found.mark().isStale()).toList();
    }

    /**
     * @param id null: the only one that runs
     * @throws SessionException there is none of that id, or not exactly one that runs
     */
    public Found choose(@Nullable String id) {
        if (id != null) {
            SessionDirectory directory = home.find(id);
            return SessionMarkFile.read(directory)
                    .map(mark -> new Found(directory, mark))
                    .orElseThrow(() -> new SessionException(Kind.NOT_FOUND, "the session " + id + " never began", ""));
        }
        List<Found> alive = alive();
        if (alive.isEmpty()) {
            throw new SessionException(
                    Kind.NOT_FOUND,
                    "no session is running",
                    "`pidcap start` begins one; those of root are seen by root");
        }
        if (alive.size() > 1) {
            String ids = String.join(", ", alive.stream().map(Found::id).toList());
            throw new SessionException(
                    Kind.USAGE, alive.size() + " sessions are running: " + ids, "say which one is meant");
        }
        return alive.get(0);
    }

    /** Whether a session of the same home that is not over has that output, too. */
    public static boolean isClaimedByAnother(Path output, SessionDirectory one) {
        return new Sessions(SessionHome.of(one))
                .all().stream()
                        .filter(found -> !found.mark().isOver() && !found.id().equals(one.id()))
                        .anyMatch(found -> found.mark().output().equals(output.toString()));
    }

    /**
     * Removes what is left of sessions whose maker died before they began. One that is being made now is younger; should its
     * maker have been stopped for so long, it fails with nothing lost.
     *
     * @return their ids
     */
    public List<String> removeNeverBegun() {
        Instant now = Instant.now();
        List<String> removed = new ArrayList<>();
        for (SessionDirectory directory : home.list()) {
            try {
                if (SessionId.isValid(directory.id()) && directory.neverBegan(now)) {
                    directory.delete();
                    removed.add(directory.id());
                }
            } catch (IOException e) {
                LOG.warn("remove {}, which never began: {}", directory.path(), e.getMessage());
            }
        }
        return removed;
    }

    /** The report of a session that is over. */
    public static Optional<SessionReport> report(Found found) {
        return Optional.ofNullable(SessionResources.readReport(found.directory()));
    }

    /**
     * Removes the oldest of those that are over. What died without a report stays, it can be looked into; so does what was
     * to be kept.
     */
    public void tidy() {
        List<Found> over = all().stream()
                .filter(found -> found.mark().isOver() && !found.directory().hasKeptAll())
                .toList();
        for (Found old : over.subList(0, Math.max(0, over.size() - KEPT))) {
            try {
                old.directory().delete();
            } catch (IOException e) {
                LOG.warn("remove the old session {}: {}", old.id(), e.getMessage());
            }
        }
    }
}
