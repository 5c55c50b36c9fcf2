package io.pidcap.coordinator.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A user of this system. */
record Account(String name, long userId, long groupId, String home) {
    private static final int FIELDS = 6;

    /**
     * By getent(1), which asks everything that the system asks, not only /etc/passwd.
     *
     * @param user a name or a number
     * @return null: there is no such user
     */
    static @Nullable Account find(String user) throws IOException, InterruptedException {
        Process getent = new ProcessBuilder("getent", "passwd", "--", user)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String line = new String(getent.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        String[] fields = line.split(":", -1);
        return getent.waitFor() != 0 || fields.length < FIELDS
                ? null
                : new Account(fields[0], Long.parseLong(fields[2]), Long.parseLong(fields[3]), fields[5]);
    }
}
