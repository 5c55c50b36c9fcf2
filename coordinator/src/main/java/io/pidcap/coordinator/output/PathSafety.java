package io.pidcap.coordinator.output;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether another user can make a path lead where it should not. Linux says no to the worst by itself only where
 * fs.protected_symlinks is 1 (proc_sys_fs(5)). What a directory's owner changes between the look and the use is not seen.
 */
public final class PathSafety {
    private static final LinkOption[] NO_FOLLOW = {LinkOption.NOFOLLOW_LINKS};
    private static final int ROOT = 0;
    private static final int STICKY = 01000;
    private static final int OTHERS_WRITE = 0002;
    /** As many as Linux follows, see path_resolution(7). */
    private static final int MOST_LINKS = 40;

    private final int ourUserId;
    private final Set<Integer> trusted;
    private int links;

    private PathSafety(int ourUserId, Set<Integer> trusted) {
        this.ourUserId = ourUserId;
        this.trusted = trusted;
    }

    private static PathSafety ofThisProcess() throws IOException {
        Path self = Path.of("/proc/self");
        // It is a link, which is root's, to what is ours.
        int us = Files.exists(self) ? number(self.toRealPath(), "unix:uid") : ROOT;
        String caller = System.getenv("SUDO_UID");
        // Who may become root by sudo need not trick root.
        return us == ROOT && caller != null && caller.matches("[0-9]{1,9}")
                ? new PathSafety(us, Set.copyOf(List.of(us, Integer.parseInt(caller))))
                : new PathSafety(us, Set.copyOf(List.of(ROOT, us)));
    }

    /**
     * Follows {@code directory} as the kernel would with fs.protected_symlinks.
     *
     * @param directory absolute; what is not there yet is not looked at
     * @return why it must not be used; empty: nothing speaks against it
     */
    static Optional<String> foreignLink(Path directory) throws IOException {
        return has(directory) ? ofThisProcess().resolve(directory).refusal() : Optional.empty();
    }

    /**
     * {@link #foreignLink}, and whether somebody else could put another one in the place of {@code directory}, or of one
     * above it.
     */
    public static Optional<String> foreignParent(Path directory) throws IOException {
        if (!has(directory)) {
            return Optional.empty();
        }
        PathSafety safety = ofThisProcess();
        Resolved found = safety.resolve(directory);
        Optional<String> refusal = found.refusal();
        for (Path each = found.path(); each != null && refusal.isEmpty(); each = each.getParent()) {
            refusal = safety.untrusted(each);
        }
        return refusal;
    }

    private static boolean has(Path directory) {
        return directory.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    /** @param path without links, as far as it goes */
    private record Resolved(Path path, Optional<String> refusal) {}

    private Resolved resolve(Path path) throws IOException {
        Path real = path.getRoot();
        for (Path name : path) {
            Path next =
                    name.toString().equals("..") && real.getParent() != null ? real.getParent() : real.resolve(name);
            if (!Files.isSymbolicLink(next)) {
                if (!Files.exists(next, NO_FOLLOW)) {
                    return new Resolved(real, Optional.empty());
                }
                real = next.normalize();
                continue;
            }
            Optional<String> refusal = isForeignLink(next, real);
            if (refusal.isPresent()) {
                return new Resolved(real, refusal);
            }
            links++;
            if (links > MOST_LINKS) {
                return new Resolved(real, Optional.of(next + ": too many symbolic links"));
            }
            Resolved target = resolve(real.resolve(Files.readSymbolicLink(next)));
            if (target.refusal().isPresent()) {
                return target;
            }
            real = target.path();
        }
        return new Resolved(real, Optional.empty());
    }

    private Optional<String> isForeignLink(Path link, Path directory) throws IOException {
        int mode = number(directory, "unix:mode");
        int owner = number(link, "unix:uid");
        boolean open = (mode & STICKY) != 0 && (mode & OTHERS_WRITE) != 0;
        return open && owner != ourUserId && owner != number(directory, "unix:uid")
                ? Optional.of(link + " is a symbolic link of " + name(link) + " where everybody may make one")
                : Optional.empty();
    }

    private Optional<String> untrusted(Path directory) throws IOException {
        if (!trusted.contains(number(directory, "unix:uid"))) {
            return Optional.of(directory + " belongs to " + name(directory));
        }
        int mode = number(directory, "unix:mode");
        return (mode & OTHERS_WRITE) != 0 && (mode & STICKY) == 0
                ? Optional.of("everybody may write to " + directory)
                : Optional.empty();
    }

    private static String name(Path file) throws IOException {
        return Files.getOwner(file, NO_FOLLOW).getName();
    }

    private static int number(Path file, String attribute) throws IOException {
        if (Files.getAttribute(file, attribute, NO_FOLLOW) instanceof Integer value) {
            return value;
        }
        throw new IOException(file + " has no " + attribute);
    }
}
