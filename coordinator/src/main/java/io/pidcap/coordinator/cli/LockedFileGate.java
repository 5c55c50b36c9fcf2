package io.pidcap.coordinator.cli;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Where a process cannot become another one, as on Windows: {@link CommandGateMain} waits for the lock of a file and then
 * starts the command as its child. If pidcap dies first, the lock is free, but nothing says that the command may begin.
 *
 * <p>The command is handed over in a file, so that nobody has to take a command line apart to find it.
 */
final class LockedFileGate implements CommandGate {
    private static final String LOCK = "lock";
    private static final String COMMAND = "command";
    private static final String MAY_BEGIN = "may-begin";
    private static final String SEPARATOR = "\0";

    private final Path directory;
    private final FileChannel channel;
    private final FileLock lock;

    private LockedFileGate(Path directory, FileChannel channel, FileLock lock) {
        this.directory = directory;
        this.channel = channel;
        this.lock = lock;
    }

    /** @throws IOException it cannot be made */
    static LockedFileGate before(List<String> command) throws IOException {
        Path directory = Files.createTempDirectory("pidcap-run-");
        Files.writeString(directory.resolve(COMMAND), String.join(SEPARATOR, command), StandardCharsets.UTF_8);
        FileChannel channel =
                FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        return new LockedFileGate(directory, channel, channel.lock());
    }

    @Override
    public List<String> command() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Xmx16m",
                // Else Java refuses arguments that are quoted already and have a quotation mark inside.
                "-Djdk.lang.Process.allowAmbiguousCommands=true",
                "-cp",
                System.getProperty("java.class.path"),
                CommandGateMain.class.getName(),
                directory.toString());
    }

    @Override
    public void open() throws IOException {
        Files.createFile(directory.resolve(MAY_BEGIN));
        lock.release();
    }

    /**
     * Waits in the other process.
     *
     * @return the command; empty: it is not to begin
     */
    static List<String> await(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory.resolve(LOCK), StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            boolean mayBegin = lock.isValid() && Files.exists(directory.resolve(MAY_BEGIN));
            return mayBegin
                    ? List.of(Files.readString(directory.resolve(COMMAND), StandardCharsets.UTF_8)
                            .split(SEPARATOR, -1))
                    : List.of();
        } catch (NoSuchFileException e) {
            // The gate was closed before we came to it.
            return List.of();
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        for (String name : List.of(MAY_BEGIN, COMMAND, LOCK)) {
            Files.deleteIfExists(directory.resolve(name));
        }
        Files.deleteIfExists(directory);
    }
}
