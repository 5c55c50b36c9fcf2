package io.pidcap.it.support;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A second user of this host, {@code nobody}, with no group of ours and no capability. Needs root. */
public final class OtherUser {
    public static final List<String> PREFIX =
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--no-new-privs");
    private static final int USER_ID = 65534;

    private OtherUser() {}

    /** What a command of that user left. */
    public record Result(int exitCode, String said) {}

    public static Result run(String... command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(PREFIX);
        all.addAll(List.of(command));
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(all + " did not end; it said: " + said);
        }
        return new Result(process.exitValue(), said);
    }

    /** Connects to a socket, says {@code bytes} and returns what is answered, until the other end closes. */
    public static Result connect(Path socket, byte[] bytes) throws IOException, InterruptedException {
        String program = "import socket,sys; s=socket.socket(socket.AF_UNIX); s.settimeout(15); s.connect(sys.argv[1]);"
                + " s.sendall(bytes.fromhex(sys.argv[2])); s.shutdown(socket.SHUT_WR); d=b''\n"
                + "while (p := s.recv(4096)): d+=p\nprint(d.decode('latin-1'))";
        return run(
                "/usr/bin/python3",
                "-Ic",
                program,
                socket.toString(),
                HexFormat.of().formatHex(bytes));
    }

    /** Gives a file, or a link itself, to the user. */
    public static Path give(Path file) throws IOException {
        Files.setAttribute(file, "unix:gid", USER_ID, LinkOption.NOFOLLOW_LINKS);
        Files.setAttribute(file, "unix:uid", USER_ID, LinkOption.NOFOLLOW_LINKS);
        return file;
    }
}
