package io.pidcap.coordinator.session;

import io.pidcap.coordinator.failure.DiskFault;
import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.output.PathSafety;
import io.pidcap.coordinator.platform.Platform;
import io.pidcap.coordinator.platform.PrivateFiles;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The folder in which the sessions of one user live. It holds unfiltered packets and sockets that command us, so it must
 * be ours alone: one that is a symbolic link, somebody else's, or writable by others is refused.
 */
public final class SessionHome {
    public static final String HOME_VARIABLE = "PIDCAP_HOME";
    private static final int MOST_ATTEMPTS = 100;

    private final Path base;

    private SessionHome(Path base) {
        this.base = base;
    }

    /** Where it is for this user and this environment; nothing is touched. */
    public static Path locate(Platform platform, Map<String, String> environment, boolean root, Path userHome) {
        String chosen = environment.getOrDefault(HOME_VARIABLE, "");
        if (!chosen.isEmpty()) {
            return Path.of(chosen).toAbsolutePath().normalize();
        }
        if (platform == Platform.WINDOWS) {
            String local = environment.getOrDefault("LOCALAPPDATA", "");
            return (local.isEmpty() ? userHome.resolve("AppData").resolve("Local") : Path.of(local)).resolve("pidcap");
        }
        if (root) {
            return Path.of("/var/lib/pidcap");
        }
        String stateHome = environment.getOrDefault("XDG_STATE_HOME", "");
        Path state = stateHome.startsWith("/") ? Path.of(stateHome) : userHome.resolve(".local/state");
        return state.resolve("pidcap");
    }

    /** {@link #locate} for the user of this process. */
    public static Path locate() {
        boolean root = "root".equals(System.getProperty("user.name"));
        return locate(Platform.current(), System.getenv(), root, Path.of(System.getProperty("user.home", "/")));
    }

    /**
     * Opens the folder, making it if it is not there.
     *
     * @throws SessionException it cannot be made, or is not safe
     */
    public static SessionHome open(Path base) {
        try {
            checkParents(base);
            createPrivately(base);
            check(base);
            Path sessions = base.resolve("sessions");
            createPrivately(sessions);
            check(sessions);
            return new SessionHome(base);
        } catch (IOException e) {
            throw new SessionException(
                    Kind.NO_PERMISSION,
                    "use the state directory " + base + ": " + SessionException.words(e),
                    "set " + HOME_VARIABLE + " to a directory of yours",
                    e);
        }
    }

    /** In which a session is that was found there. */
    static SessionHome of(SessionDirectory session) {
        Path base = session.path().resolve("../..").normalize();
        return new SessionHome(base);
    }

    public Path base() {
        return base;
    }

    private static void createPrivately(Path directory) throws IOException {
        Path parent = directory.getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            Files.createDirectories(parent);
        }
        try {
            PrivateFiles.createDirectory(directory);
        } catch (FileAlreadyExistsException e) {
            // The usual case; whether it is safe is checked next.
        }
    }

    /** Who may rename a directory above ours may put his own there while a session runs. */
    private static void checkParents(Path base) throws IOException {
        Path parent = base.toAbsolutePath().getParent();
        Optional<String> why = parent == null ? Optional.empty() : PathSafety.foreignParent(parent);
        if (why.isPresent()) {
            throw new SessionException(
                    Kind.NO_PERMISSION,
                    "the state directory " + base + " is not safe: " + why.get(),
                    "set " + HOME_VARIABLE + " to a directory below those that only you and root may change");
        }
    }

    private static void check(Path directory) throws IOException {
        BasicFileAttributes kind =
                Files.readAttributes(directory, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        // A junction of Windows is a directory, and something else as well.
        if (!kind.isDirectory() || kind.isOther()) {
            throw unsafe(directory, kind.isSymbolicLink() ? "it is a symbolic link" : "it is not a directory");
        }
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            checkModes(directory);
        } else {
            // Whose it is decides whether that may be done.
            PrivateFiles.keepOthersOut(directory);
        }
    }

    private static void checkModes(Path directory) throws IOException {
        PosixFileAttributes found =
                Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!found.owner().equals(owner())) {
            throw unsafe(directory, "it belongs to " + found.owner().getName());
        }
        Set<PosixFilePermission> permissions = found.permissions();
        if (permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw unsafe(directory, "other users may write to it");
        }
    }

    private static SessionException unsafe(Path directory, String why) {
        return new SessionException(
                Kind.NO_PERMISSION,
                "the state directory " + directory + " is not safe: " + why,
                "make it yours alone (chmod 700), or set " + HOME_VARIABLE + " to another");
    }

    /** Who we are to the file system: the owner of what we have in /proc; elsewhere the user's name tells. */
    private static UserPrincipal owner() throws IOException {
        Path self = Path.of("/proc/self");
        if (Files.exists(self)) {
            return Files.getOwner(self);
        }
        return self.getFileSystem()
                .getUserPrincipalLookupService()
                .lookupPrincipalByName(System.getProperty("user.name"));
    }

    /**
     * Makes the directory of a new session.
     *
     * @throws SessionException it cannot be made
     */
    public SessionDirectory create(LocalDateTime started, String subject) {
        Path sessions = base.resolve("sessions");
        for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
            Path path = sessions.resolve(SessionId.of(started, subject, attempt));
            try {
                PrivateFiles.createDirectory(path);
                return SessionDirectory.prepare(path);
            } catch (FileAlreadyExistsException e) {
                // Another session of the same second and name: take the next number.
            } catch (IOException e) {
                throw failedWrite("create the session directory " + path + ": " + SessionException.words(e), e);
            }
        }
        throw new SessionException(Kind.FAILURE, "no free name for a session in " + sessions, "try again in a second");
    }

    /** Of a failed write to one of a session's own files, which the exception names. */
    static SessionException failedWrite(IOException cause) {
        return failedWrite(SessionException.words(cause), cause);
    }

    /** @param message operation, object, the system's words */
    private static SessionException failedWrite(String message, IOException cause) {
        String elsewhere = "set " + HOME_VARIABLE + " to a directory on another disk";
        Optional<DiskFault> fault = DiskFault.of(cause);
        return new SessionException(
                fault.isPresent() ? Kind.DISK_FULL : Kind.FAILURE,
                message,
                fault.map(why -> why.hintOr(elsewhere)).orElse(elsewhere),
                cause);
    }

    /**
     * @throws SessionException there is none of that id
     */
    public SessionDirectory find(String id) {
        Path path = base.resolve("sessions").resolve(SessionId.isValid(id) ? id : "?");
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new SessionException(
                    Kind.NOT_FOUND, "there is no session " + id, "`pidcap status --all` lists the sessions");
        }
        return new SessionDirectory(path);
    }

    /** All sessions, the oldest first. */
    public List<SessionDirectory> list() {
        try (Stream<Path> entries = Files.list(base.resolve("sessions"))) {
            List<SessionDirectory> found = new ArrayList<>();
            entries.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                    .sorted(Comparator.comparing(Path::toString))
                    .forEach(path -> found.add(new SessionDirectory(path)));
            return found;
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new SessionException(
                    Kind.NO_PERMISSION, "list the sessions in " + base + ": " + SessionException.words(e), "", e);
        }
    }
}
