package io.pidcap.coordinator.session;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;

/** Names of sessions and of their default outputs: the time and what is captured, safe as a file name. */
public final class SessionId {
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);
    private static final Pattern VALID = Pattern.compile("[0-9A-Za-z][0-9A-Za-z._-]{0,79}");

    /** A socket's whole path may have 107 bytes: the name's part of it is kept short. */
    private static final int MOST_SUBJECT_CHARS = 20;

    private SessionId() {}

    /**
     * Such as {@code 20261121-093012-curl}.
     *
     * @param attempt 1 for the first try; a later one is told apart by a number
     */
    public static String of(LocalDateTime started, String subject, int attempt) {
        String id = STAMP.format(started) + "-" + fileSafe(subject);
        return attempt == 1 ? id : id + "-" + attempt;
    }

    /** Such as {@code curl-20261121-093012.pcapng}. */
    public static String outputName(LocalDateTime started, String subject) {
        return fileSafe(subject) + "-" + STAMP.format(started) + ".pcapng";
    }

    /** Whether {@code text} can be an id: nothing that leaves its directory can. */
    public static boolean isValid(String text) {
        return VALID.matcher(text).matches() && !text.contains("..");
    }

    private static String fileSafe(String subject) {
        String base = subject.substring(subject.lastIndexOf('/') + 1);
        String safe = base.replaceAll("[^0-9A-Za-z._-]+", "_").replaceAll("\\.\\.+", ".");
        String trimmed = safe.replaceAll("^[._-]+", "").replaceAll("[._-]+$", "");
        String shortened = trimmed.substring(0, Math.min(trimmed.length(), MOST_SUBJECT_CHARS));
        return shortened.isEmpty() ? "process" : shortened;
    }
}
