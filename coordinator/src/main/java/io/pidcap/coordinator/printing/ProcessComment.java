package io.pidcap.coordinator.printing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The comment by which pidcap tells a packet's process in a pcapng file:
 *
 * <pre>
 * process=NAME pid=N reason=REASON [peer=NAME peer_pid=N]
 * </pre>
 *
 * In a value, spaces, quotes, {@code =}, {@code %} and control characters are written as {@code %} and two hexadecimal
 * digits for each byte of their UTF-8. Keys that are not known here are passed over.
 */
public final class ProcessComment {
    private static final Pattern KEY = Pattern.compile("[a-z][a-z0-9_]*");

    private ProcessComment() {}

    /** Empty: the comment is somebody else's. */
    public static Optional<PacketProcess> parse(String comment) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String token : comment.split(" ", -1)) {
            int border = token.indexOf('=');
            String key = border < 0 ? "" : token.substring(0, border);
            if (!KEY.matcher(key).matches()
                    || token.indexOf('=', border + 1) >= 0
                    || values.put(key, decoded(token.substring(border + 1))) != null) {
                return Optional.empty();
            }
        }
        if (!comment.startsWith("process=") || !isNumber(values.get("pid"))) {
            return Optional.empty();
        }
        return Optional.of(new PacketProcess(
                values.getOrDefault("process", ""),
                number(values.get("pid")),
                values.getOrDefault("reason", ""),
                values.getOrDefault("peer", ""),
                number(values.get("peer_pid"))));
    }

    private static boolean isNumber(@Nullable String text) {
        return number(text) >= 0;
    }

    /** -1: it is none, or larger than a pid can be. */
    private static long number(@Nullable String text) {
        if (text == null || text.isEmpty() || text.length() > 10) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            char digit = text.charAt(i);
            if (digit < '0' || digit > '9') {
                return -1;
            }
            number = number * 10 + (digit - '0');
        }
        return number <= 0xffff_ffffL ? number : -1;
    }

    private static String decoded(String value) {
        if (value.indexOf('%') < 0) {
            return value;
        }
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream decoded = new ByteArrayOutputStream();
        for (int i = 0; i < bytes.length; i++) {
            int high = bytes[i] == '%' && i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = high < 0 ? -1 : Character.digit(bytes[i + 2], 16);
            if (low < 0) {
                decoded.write(bytes[i]);
            } else {
                decoded.write(high << 4 | low);
                i += 2;
            }
        }
        return decoded.toString(StandardCharsets.UTF_8);
    }
}
