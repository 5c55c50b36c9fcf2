package io.pidcap.host.linux.bpf;

import com.sun.jna.Native;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The top of the cgroup2 hierarchy, as far as this process sees it: programs attached there see every process below.
 * Where no cgroup2 is mounted, one is mounted that has no place in the file tree and ends with its descriptor.
 *
 * @param where for messages
 * @param wholeHost false: our cgroup namespace begins below the host's root, as in a container
 */
record CgroupRoot(int descriptor, String where, boolean wholeHost) implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CgroupRoot.class);

    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final Path OWN_NAMESPACE = Path.of("/proc/self/ns/cgroup");
    /** PROC_CGROUP_INIT_INO, include/linux/proc_ns.h: the namespace that the kernel begins with. */
    private static final String FIRST_NAMESPACE = "cgroup:[4026531835]";

    static CgroupRoot open() {
        Optional<String> mount = mountPoint(mounts());
        if (mount.isPresent()) {
            int descriptor = LibcLibrary.INSTANCE.open(
                    mount.get(), LibcLibrary.O_RDONLY | LibcLibrary.O_DIRECTORY | LibcLibrary.O_CLOEXEC);
            if (descriptor >= 0) {
                return new CgroupRoot(descriptor, mount.get(), isFirstNamespace());
            }
            log.info("cannot open {}: {}", mount.get(), NativeCalls.words(Native.getLastError()));
        }
        int descriptor = DetachedMount.open("cgroup2");
        return new CgroupRoot(descriptor, "a private mount of cgroup2", isFirstNamespace());
    }

    private static List<String> mounts() {
        try {
            return Files.readAllLines(MOUNTS, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            log.info("cannot read {}: {}", MOUNTS, e.getMessage());
            return List.of();
        }
    }

    private static boolean isFirstNamespace() {
        try {
            return Files.readSymbolicLink(OWN_NAMESPACE).toString().equals(FIRST_NAMESPACE);
        } catch (IOException e) {
            log.info("cannot read {}: {}", OWN_NAMESPACE, e.getMessage());
            return false;
        }
    }

    /**
     * The first mount of the whole hierarchy in {@code /proc/self/mountinfo}, whose fields are (proc(5))
     *
     * <pre>41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:5 - cgroup2 cgroup2 rw</pre>
     *
     * A mount whose root is not {@code /} shows a part only and is passed over.
     */
    static Optional<String> mountPoint(List<String> mountinfo) {
        for (String line : mountinfo) {
            int separator = line.indexOf(" - ");
            String[] fields = line.split(" ");
            if (separator > 0
                    && line.startsWith("cgroup2 ", separator + 3)
                    && fields.length > 4
                    && fields[3].equals("/")) {
                return Optional.of(unescape(fields[4]));
            }
        }
        return Optional.empty();
    }

    /** Spaces, tabs, newlines and backslashes stand as three octal digits. */
    private static String unescape(String text) {
        List<Byte> bytes = new ArrayList<>();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '\\' && i + 3 < text.length() && isOctal(text, i + 1, i + 4)) {
                bytes.add((byte) Integer.parseInt(text.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                bytes.add((byte) text.charAt(i));
            }
        }
        byte[] raw = new byte[bytes.size()];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = bytes.get(i);
        }
        return new String(raw, StandardCharsets.UTF_8);
    }

    private static boolean isOctal(String text, int from, int to) {
        return text.substring(from, to).chars().allMatch(c -> c >= '0' && c <= '7');
    }

    @Override
    public void close() {
        NativeCalls.close(descriptor);
    }
}
