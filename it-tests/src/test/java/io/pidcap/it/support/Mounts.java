package io.pidcap.it.support;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** Small file systems of a test, to be filled and broken; taken away when closed. */
public final class Mounts implements AutoCloseable {
    /** mkfs.btrfs refuses less than 109 MiB. */
    private static final long LEAST_BTRFS_BYTES = 256L << 20;

    private final Deque<Path> mounted = new ArrayDeque<>();

    /** @param where made, mode 0700 */
    public void tmpfs(Path where, int mebibytes) throws IOException, InterruptedException {
        Files.createDirectories(where);
        run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m,mode=0700", "none", where.toString());
        mounted.push(where);
    }

    /** One that becomes read-only when the kernel finds it broken, see {@link #findBroken}. */
    public void ext4(Path where, int mebibytes) throws IOException, InterruptedException {
        Files.createDirectories(where);
        Path image = where.resolveSibling(where.getFileName() + ".img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength((long) mebibytes << 20);
        }
        run("mkfs.ext4", "-q", "-O", "^has_journal", image.toString());
        run("mount", "-o", "loop,errors=remount-ro", image.toString(), where.toString());
        mounted.push(where);
        run("chmod", "0700", where.toString());
    }

    /** One whose quota can be set, see {@link #limit}. */
    public void btrfs(Path where) throws IOException, InterruptedException {
        Files.createDirectories(where);
        Path image = where.resolveSibling(where.getFileName() + ".img");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(LEAST_BTRFS_BYTES);
        }
        run("mkfs.btrfs", "-q", image.toString());
        run("mount", "-o", "loop", image.toString(), where.toString());
        mounted.push(where);
        run("btrfs", "quota", "enable", where.toString());
        run("chmod", "0700", where.toString());
    }

    /** So much may be in it from now on; less than there is already: nothing more. */
    public static void limit(Path btrfs, int kibibytes) throws IOException, InterruptedException {
        run("btrfs", "qgroup", "limit", kibibytes + "K", btrfs.toString());
    }

    /** The kernel takes it for broken from now on. */
    public void findBroken(Path ext4) throws IOException, InterruptedException {
        Path device = Path.of(run("findmnt", "-n", "-o", "SOURCE", ext4.toString()));
        Files.writeString(Path.of("/sys/fs/ext4", device.getFileName().toString(), "trigger_fs_error"), "1");
    }

    /** Only while nobody writes there. */
    public void makeReadOnly(Path where) throws IOException, InterruptedException {
        run("mount", "-o", "remount,ro", where.toString());
    }

    /** Writes a file there until nothing more fits. */
    public static void fill(Path where) throws IOException {
        byte[] page = new byte[4096];
        try (RandomAccessFile file =
                new RandomAccessFile(where.resolve("filler").toFile(), "rw")) {
            while (true) {
                file.write(page);
            }
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("No space left")) {
                throw e;
            }
        }
    }

    private static String run(String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", words) + ": " + said);
        }
        return said;
    }

    @Override
    public void close() throws IOException {
        try {
            while (!mounted.isEmpty()) {
                run("umount", mounted.pop().toString());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted before all was unmounted", e);
        }
    }
}
