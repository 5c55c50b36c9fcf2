package io.pidcap.host.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A directory that looks like /proc, in which tests let processes and sockets come and go. */
final class ProcTree {
    static final long HOST_NETNS = 1;

    final Path root;
    private final Map<String, StringBuilder> tables = new HashMap<>();

    ProcTree(Path root) {
        this.root = root;
        namespace(HOST_NETNS);
        directory("self/ns");
        link("self/ns/net", "net:[" + HOST_NETNS + "]");
        link("self/net", root.resolve("net" + HOST_NETNS).toString());
    }

    /** A network namespace with empty tables. */
    void namespace(long id) {
        directory("net" + id);
        for (NetTable table : NetTable.values()) {
            clear(id, table);
        }
        file("net" + id + "/fib_trie", "|-- 127.0.0.1\n/32 host LOCAL\n");
        file("net" + id + "/if_inet6", "");
    }

    void clear(long netnsId, NetTable table) {
        String name = "net" + netnsId + "/" + table.fileName();
        tables.put(name, new StringBuilder(NetText.HEADER));
        file(name, NetText.HEADER);
    }

    /** Adds a row; ends are texts such as {@code 127.0.0.1:80}. */
    void row(long netnsId, NetTable table, String local, String remote, int state, long inode) {
        String name = "net" + netnsId + "/" + table.fileName();
        StringBuilder text = tables.get(name);
        if (text == null) {
            throw new IllegalStateException("there is no " + name);
        }
        text.append(NetText.row(
                table,
                ByteOrder.nativeOrder(),
                NetText.address(local.substring(0, local.lastIndexOf(':'))),
                port(local),
                NetText.address(remote.substring(0, remote.lastIndexOf(':'))),
                port(remote),
                state,
                0,
                inode));
        file(name, text.toString());
    }

    void udp(String local, long inode) {
        row(HOST_NETNS, NetTable.UDP, local, "0.0.0.0:0", 7, inode);
    }

    void tcp(String local, String remote, long inode) {
        row(HOST_NETNS, NetTable.TCP, local, remote, 1, inode);
    }

    private static int port(String end) {
        return Integer.parseInt(end.substring(end.lastIndexOf(':') + 1));
    }

    /** A process with the descriptors that {@code fds} are links to. */
    void process(int pid, long startTicks, String name, long netnsId, String... fds) {
        directory(pid + "/fd");
        directory(pid + "/ns");
        stat(pid, startTicks, name, 'S', 1);
        file(pid + "/cmdline", name + "\0--flag\0");
        file(pid + "/status", "Name:\t" + name + "\nUid:\t1000\t1001\t1000\t1000\n");
        link(pid + "/exe", "/usr/bin/" + name);
        link(pid + "/ns/net", "net:[" + netnsId + "]");
        link(pid + "/net", root.resolve("net" + netnsId).toString());
        for (int i = 0; i < fds.length; i++) {
            fd(pid, i, fds[i]);
        }
    }

    void stat(int pid, long startTicks, String comm, char state, int parent) {
        file(
                pid + "/stat",
                String.format(
                        Locale.ROOT,
                        "%d (%s) %c %d 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %d 0 0\n",
                        pid,
                        comm,
                        state,
                        parent,
                        startTicks));
    }

    void fd(int pid, int number, String target) {
        link(pid + "/fd/" + number, target);
    }

    void closeFd(int pid, int number) {
        delete(pid + "/fd/" + number);
    }

    void directory(String name) {
        try {
            Files.createDirectories(root.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void file(String name, String content) {
        try {
            Files.writeString(root.resolve(name), content, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void link(String name, String target) {
        delete(name);
        try {
            Files.createSymbolicLink(root.resolve(name), Path.of(target));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes a file, link or directory, if it is there. */
    void delete(String name) {
        Path path = root.resolve(name);
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try {
            Files.walkFileTree(path, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
