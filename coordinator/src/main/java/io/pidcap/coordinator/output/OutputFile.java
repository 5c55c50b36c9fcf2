package io.pidcap.coordinator.output;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.platform.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The capture file of the user. It is written beside its final place as {@code FILE.part}, created exclusively with mode
 * 0600, and gets its name when it is complete: who sees FILE sees all of it. A file that appeared there meanwhile is
 * never replaced without {@code force}, and a symbolic link is never followed: neither in the place of the file, nor, where
 * everybody may make one, another user's on the way to it.
 */
public final class OutputFile implements FilePart.Place {
    private static final Logger LOG = LoggerFactory.getLogger(OutputFile.class);
    private static final LinkOption[] NO_FOLLOW = {LinkOption.NOFOLLOW_LINKS};

    private final Path target;
    private final Path part;
    private final boolean force;
    private final FileChannel channel;

    private OutputFile(Path target, Path part, boolean force, FileChannel channel) {
        this.target = target;
        this.part = part;
        this.force = force;
        this.channel = channel;
    }

    /**
     * @param ownerUserId to whom it is given, with {@code ownerGroupId}; -1: to nobody else
     * @throws SessionException it cannot be written there
     */
    public static OutputFile create(Path target, boolean force, int ownerUserId, int ownerGroupId) {
        checkTarget(target, force);
        checkDirectory(target);
        Path part = partOf(target);
        try {
            FileChannel channel = FileChannel.open(
                    part,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PrivateFiles.attributesOf(part));
            OutputFile output = new OutputFile(target, part, force, channel);
            output.giveTo(ownerUserId, ownerGroupId);
            return output;
        } catch (FileAlreadyExistsException e) {
            throw new SessionException(
                    Kind.OUTPUT,
                    "create " + part + ": File exists",
                    "a session is writing it (`pidcap status`), or one died and left it: then `pidcap recover` completes it",
                    e);
        } catch (IOException e) {
            throw SessionException.output("create", target, e);
        }
    }

    /**
     * Goes on with what a process that died has left of {@link #part}; owner and mode stay.
     *
     * @param inode it must have; 0: any
     * @param keptBytes what lies behind them is cut off
     * @throws SessionException it is not what was left, or cannot be written
     */
    public static OutputFile reopen(Path target, boolean force, long inode, long keptBytes) {
        checkDirectory(target);
        Path part = partOf(target);
        try {
            BasicFileAttributes found = Files.readAttributes(part, BasicFileAttributes.class, NO_FOLLOW);
            boolean same = inode == 0 || inode == inode(part);
            if (!found.isRegularFile() || !same || found.size() < keptBytes) {
                throw new SessionException(
                        Kind.OUTPUT,
                        "go on with " + part + ": it is not the file that was left there, with at least " + keptBytes
                                + " bytes",
                        "move it away to recover what is left beside it");
            }
            FileChannel channel = FileChannel.open(part, Set.of(StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
            try {
                channel.truncate(keptBytes).position(keptBytes);
            } catch (IOException e) {
                channel.close();
                throw e;
            }
            return new OutputFile(target, part, force, channel);
        } catch (IOException e) {
            throw SessionException.output("go on with", part, e);
        }
    }

    /** Where a file is while it is written. */
    public static Path partOf(Path target) {
        return target.resolveSibling(target.getFileName() + ".part");
    }

    /** By which a file is told from another of its name; 0: there is none, or its file system has no such number. */
    public static long inode(Path file) {
        try {
            return Files.getAttribute(file, "unix:ino", NO_FOLLOW) instanceof Long number ? number : 0;
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("the inode of {}", file, e);
            return 0;
        }
    }

    /** @throws SessionException it may not be written there */
    static void checkTarget(Path target, boolean force) {
        if (!Files.exists(target, NO_FOLLOW)) {
            return;
        }
        if (!force) {
            throw alreadyThere(target, "choose another name, or replace it with --force");
        }
        if (!Files.isRegularFile(target, NO_FOLLOW) && !Files.isSymbolicLink(target)) {
            throw new SessionException(
                    Kind.OUTPUT, "write " + target + ": it is not a regular file", "choose another file");
        }
    }

    private static void checkDirectory(Path target) {
        Path directory = target.toAbsolutePath().getParent();
        try {
            Optional<String> why = directory == null ? Optional.empty() : PathSafety.foreignLink(directory);
            if (why.isPresent()) {
                throw new SessionException(
                        Kind.OUTPUT, "write " + target + ": " + why.get(), "name the directory that is meant");
            }
        } catch (IOException e) {
            throw SessionException.output("write", target, e);
        }
    }

    private static SessionException alreadyThere(Path target, String hint) {
        return new SessionException(Kind.OUTPUT, "write " + target + ": File exists", hint);
    }

    private void giveTo(int userId, int groupId) throws IOException {
        if (userId < 0) {
            return;
        }
        try {
            Files.setAttribute(part, "unix:gid", groupId, NO_FOLLOW);
            Files.setAttribute(part, "unix:uid", userId, NO_FOLLOW);
        } catch (IOException e) {
            abandonAfter(e);
            throw e;
        }
    }

    private void abandonAfter(IOException cause) {
        try {
            channel.close();
            Files.deleteIfExists(part);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    public Path target() {
        return target;
    }

    public Path part() {
        return part;
    }

    /** Where to write; the channel is this object's to close. */
    public WritableByteChannel channel() {
        return new WholeWriteChannel(channel);
    }

    /** Whether somebody deleted the unfinished file, alone or with its directory. From any thread. */
    boolean isDeleted() {
        return !Files.exists(part, NO_FOLLOW);
    }

    /** The directory of files that come one after the other, if it is gone. */
    static Optional<Path> deletedDirectory(Path target) {
        Path directory = target.toAbsolutePath().getParent();
        return directory == null || Files.exists(directory) ? Optional.empty() : Optional.of(directory);
    }

    /**
     * After a failed write: how many of the packets that were handed over are not in the file.
     *
     * @param handedOver packets
     */
    @Override
    public long countLost(long handedOver, OutputFormat format) throws IOException {
        try {
            return handedOver - format.countPackets(part);
        } catch (NoSuchFileException e) {
            return handedOver;
        }
    }

    /**
     * Everything is written: gives the file its name.
     *
     * @return where the file is now: its target, or, where a file appeared there meanwhile, still {@link #part}
     * @throws IOException it could not be completed
     */
    @Override
    public Path commit() throws IOException {
        channel.close();
        try {
            if (force) {
                Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            } else {
                moveExclusively();
            }
            return target;
        } catch (FileAlreadyExistsException e) {
            LOG.warn("{} appeared during the capture and is left alone", target);
            return part;
        }
    }

    /** rename(2) replaces what is there; link(2) does not. */
    private void moveExclusively() throws IOException {
        try {
            Files.createLink(target, part);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException e) {
            LOG.info("hard links do not work in {} ({}): renaming", target.getParent(), e.getMessage());
            if (Files.exists(target, NO_FOLLOW)) {
                throw new FileAlreadyExistsException(target.toString());
            }
            rename();
            return;
        }
        Files.delete(part);
    }

    private void rename() throws IOException {
        try {
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(part, target);
        }
    }

    /** Leaves it unfinished, for another to go on with. */
    void close() throws IOException {
        channel.close();
    }

    /** Nothing came of it: deletes the unfinished file. */
    @Override
    public void abandon() throws IOException {
        channel.close();
        Files.deleteIfExists(part);
    }
}
