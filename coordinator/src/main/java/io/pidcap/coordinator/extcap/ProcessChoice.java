package io.pidcap.coordinator.extcap;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * What is chosen in the list of processes. As text it is {@code all}, {@code name:NAME} or {@code pid:PID}; in a name
 * each byte of UTF-8 that is neither letter nor digit, nor one of {@code . _ - *}, is {@code %} and two hexadecimal
 * digits, so that neither Wireshark's grammar nor a locale can change it.
 *
 * @param kind what is meant
 * @param name of the processes; empty for other kinds
 * @param pid of the process; 0 for other kinds
 */
public record ProcessChoice(Kind kind, String name, int pid) {
    private static final String ALL_WORD = "all";
    private static final String NAME_PREFIX = "name:";
    private static final String PID_PREFIX = "pid:";

    /** Which processes. */
    public enum Kind {
        ALL,
        NAME,
        PID
    }

    public static final ProcessChoice ALL = new ProcessChoice(Kind.ALL, "", 0);

    /** @param name not empty */
    public static ProcessChoice named(String name) {
        return new ProcessChoice(Kind.NAME, name, 0);
    }

    public static ProcessChoice ofPid(int pid) {
        return new ProcessChoice(Kind.PID, "", pid);
    }

    /**
     * @param text may be one that a person typed: a name may have any characters but a {@code %}
     * @throws IllegalArgumentException it is none of the forms
     */
    public static ProcessChoice parse(String text) {
        if (text.isBlank() || text.equals(ALL_WORD)) {
            return ALL;
        }
        if (text.startsWith(NAME_PREFIX) && text.length() > NAME_PREFIX.length()) {
            // A plus stands for itself here, not for a space.
            String encoded = text.substring(NAME_PREFIX.length()).replace("+", "%2B");
            return named(URLDecoder.decode(encoded, StandardCharsets.UTF_8));
        }
        if (text.matches(PID_PREFIX + "[1-9][0-9]{0,8}")) {
            return ofPid(Integer.parseInt(text.substring(PID_PREFIX.length())));
        }
        throw new IllegalArgumentException("'" + text + "' is not all, name:NAME or pid:PID");
    }

    @Override
    public String toString() {
        return switch (kind) {
            case ALL -> ALL_WORD;
            case NAME ->
                NAME_PREFIX + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
            case PID -> PID_PREFIX + pid;
        };
    }
}
