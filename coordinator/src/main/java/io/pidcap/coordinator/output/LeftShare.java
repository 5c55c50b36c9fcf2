package io.pidcap.coordinator.output;

import io.pidcap.protocol.file.FileTotals;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * A file of a split output that a process left which died.
 *
 * @param target the name that it is to have
 * @param inode by which it is told from another file; 0: not known
 * @param held what of it stays; what lies behind is written anew
 */
public record LeftShare(SplitShare share, Path target, long inode, FileTotals.One held) {
    /** It is there, unfinished. */
    public boolean isUnfinished() {
        return Files.exists(OutputFile.partOf(target), LinkOption.NOFOLLOW_LINKS);
    }

    /** It is complete: another recovery, or the session in its last moments, gave it its name. */
    public boolean isComplete() {
        return !isUnfinished() && inode != 0 && OutputFile.inode(target) == inode;
    }

    /** Somebody took it away. */
    public boolean isLost() {
        return !isUnfinished() && !isComplete();
    }
}
