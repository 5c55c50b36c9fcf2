package io.pidcap.protocol.file;

import io.pidcap.protocol.model.NotedProcess;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A {@link PacketNote} as the text of a packet's comment: {@code key=value} pairs with a space between them, in the order
 * {@code process}, {@code pid}, {@code reason}, {@code peer}, {@code peer_pid}, {@code exe}, {@code args}. What is not
 * known is left out. In a value, spaces, quotes, {@code =}, {@code %} and control characters stand as {@code %} and two
 * hexadecimal digits for each byte of their UTF-8. Readers pass over keys that they do not know.
 */
final class NoteText {
    /** It is in the file once for each packet. */
    static final int MOST_ARGUMENT_CHARACTERS = 1024;

    private static final String HEX = "0123456789ABCDEF";

    private final StringBuilder text = new StringBuilder();

    private NoteText() {}

    /** @param withArguments tells also what the process executes, and its arguments */
    static String of(PacketNote note, boolean withArguments) {
        NoteText text = new NoteText();
        NotedProcess process = note.process();
        if (process != null) {
            text.pair("process", process.name());
            text.pair("pid", Integer.toString(process.identity().pid()));
        }
        text.pair("reason", note.reason());
        NotedProcess peer = note.peer();
        if (peer != null) {
            text.pair("peer", peer.name());
            text.pair("peer_pid", Integer.toString(peer.identity().pid()));
        }
        if (process != null && withArguments) {
            text.pair("exe", process.executable());
            String arguments = String.join(" ", process.arguments());
            text.pair("args", arguments.isEmpty() ? null : shortened(arguments));
        }
        return text.text.toString();
    }

    private static String shortened(String arguments) {
        if (arguments.length() <= MOST_ARGUMENT_CHARACTERS) {
            return arguments;
        }
        int end = MOST_ARGUMENT_CHARACTERS;
        return arguments.substring(0, Character.isHighSurrogate(arguments.charAt(end - 1)) ? end - 1 : end);
    }

    private void pair(String key, @Nullable String value) {
        if (value != null) {
            text.append(text.isEmpty() ? "" : " ").append(key).append('=');
            value.codePoints().forEach(this::append);
        }
    }

    private void append(int character) {
        if (!isEncoded(character)) {
            text.appendCodePoint(character);
            return;
        }
        for (byte one : Character.toString(character).getBytes(StandardCharsets.UTF_8)) {
            text.append('%').append(HEX.charAt(one >> 4 & 15)).append(HEX.charAt(one & 15));
        }
    }

    private static boolean isEncoded(int character) {
        return character == '='
                || character == '%'
                || character == '"'
                || character == '\''
                || Character.isISOControl(character)
                || Character.isWhitespace(character)
                || Character.isSpaceChar(character);
    }
}
