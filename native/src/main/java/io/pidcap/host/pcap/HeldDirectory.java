package io.pidcap.host.pcap;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A directory that this process has open, for the time when it may no longer pass through those above it. The file
 * system of processes leads from a descriptor to its directory, whoever owns the way there (proc(5), {@code
 * /proc/self/fd}). May be used from any thread.
 */
public final class HeldDirectory {
    private record Held(Path directory, Path reached) {}

    private volatile @Nullable Held held;

    /** @param descriptor of {@code directory}, which stays open as long as the process lives */
    public void hold(Path directory, int descriptor) {
        held = new Held(directory, Path.of("/proc/self/fd/" + descriptor));
    }

    /** The path by which a file is reached: through the descriptor where it lies in that directory. */
    Path reach(Path file) {
        Held now = held;
        return now != null && now.directory().equals(file.getParent())
                ? now.reached().resolve(file.getFileName())
                : file;
    }
}
