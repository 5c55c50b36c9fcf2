package io.pidcap.coordinator.extcap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Collectors;

/** The small script in one of Wireshark's folders that starts pidcap. */
public final class ExtcapFile {
    private static final String NAME = "pidcap";
    private static final String MARK = "# Made by `pidcap extcap --install`, removed by `pidcap extcap --uninstall`.";

    private final Path file;

    public ExtcapFile(Path folder) {
        this.file = folder.resolve(NAME);
    }

    public Path path() {
        return file;
    }

    /** Whether it is there. */
    public boolean exists() {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    /**
     * Writes it, in place of an older one.
     *
     * @param command starts pidcap; its arguments are to follow
     * @throws FileAlreadyExistsException there is something else of its name
     */
    public void write(List<String> command) throws IOException {
        requireOwn();
        Files.createDirectories(file.getParent());
        // Wireshark starts whatever it can execute there, so it must be whole by then.
        Path unfinished = Files.createTempFile(file.getParent(), NAME, ".new");
        try {
            Files.writeString(unfinished, script(command), StandardCharsets.UTF_8);
            Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /**
     * @return whether it was there
     * @throws FileAlreadyExistsException there is something else of its name
     */
    public boolean remove() throws IOException {
        requireOwn();
        return Files.deleteIfExists(file);
    }

    private void requireOwn() throws IOException {
        boolean own = !exists()
                || (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                        && new String(Files.readAllBytes(file), StandardCharsets.UTF_8).contains(MARK));
        if (!own) {
            throw new FileAlreadyExistsException(file.toString(), null, "it was not made by pidcap");
        }
    }

    static String script(List<String> command) {
        String words = command.stream().map(ExtcapFile::quoted).collect(Collectors.joining(" "));
        return "#!/bin/sh\n" + MARK + "\nexec " + words + " extcap \"$@\"\n";
    }

    private static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }
}
