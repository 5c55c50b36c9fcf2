package io.pidcap.coordinator.extcap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where Wireshark looks for programs that add interfaces.
 *
 * @param personal for this user: one folder, or, where Wireshark does not tell, those that its versions have used
 * @param global for all users; empty: it is not known
 */
public record WiresharkFolders(List<Path> personal, Optional<Path> global) {
    private static final String FOLDER = "extcap";

    public WiresharkFolders {
        personal = List.copyOf(personal);
    }

    /**
     * By tshark, which looks where Wireshark does.
     *
     * @param home of the user, for where there is no tshark
     */
    public static WiresharkFolders find(Path home) throws InterruptedException {
        try {
            Process tshark = new ProcessBuilder("tshark", "-G", "folders")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            tshark.getOutputStream().close();
            String report = new String(tshark.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return tshark.waitFor() == 0 ? parse(report, home) : unknown(home);
        } catch (IOException e) {
            // There is none.
            return unknown(home);
        }
    }

    /** @param report of {@code tshark -G folders}: a name, a colon, blanks and a path in each line */
    static WiresharkFolders parse(String report, Path home) {
        Map<String, Path> named = new HashMap<>();
        for (String line : report.split("\n", -1)) {
            int colon = line.indexOf(':');
            String path = colon < 0 ? "" : line.substring(colon + 1).strip();
            if (!path.isEmpty()) {
                named.putIfAbsent(line.substring(0, colon).strip(), Path.of(path));
            }
        }
        Path personal = named.get("Personal Extcap path");
        Path configuration = named.get("Personal configuration");
        List<Path> folders = unknown(home).personal;
        if (personal != null) {
            folders = List.of(personal);
        } else if (configuration != null) {
            // Before 4.2 it is there, and is not told.
            folders = List.of(configuration.resolve(FOLDER));
        }
        Path global = named.getOrDefault("Global Extcap path", named.get("Extcap path"));
        return new WiresharkFolders(folders, Optional.ofNullable(global));
    }

    private static WiresharkFolders unknown(Path home) {
        return new WiresharkFolders(
                List.of(home.resolve(".local/lib/wireshark/extcap"), home.resolve(".config/wireshark/extcap")),
                Optional.empty());
    }
}
