package io.pidcap.coordinator.extcap;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a sentence as Wireshark 4 does: the word, then what its two regular expressions find. */
final class WiresharkGrammar {
    private static final Pattern WORD =
            Pattern.compile("^[\\t| ]*(arg|value|interface|extcap|dlt|control)(?=[\\t| ]+\\{)");
    private static final Pattern PARAMETER = Pattern.compile("\\{([a-zA-Z_-]*?)=(.*?)\\}(?=\\{|$|\\s)");

    private WiresharkGrammar() {}

    static String word(String line) {
        Matcher matcher = WORD.matcher(line);
        return matcher.find() ? matcher.group(1) : "";
    }

    static Map<String, String> parameters(String line) {
        Map<String, String> parameters = new LinkedHashMap<>();
        Matcher matcher = PARAMETER.matcher(line);
        while (matcher.find()) {
            parameters.put(matcher.group(1), matcher.group(2));
        }
        return parameters;
    }
}
