package io.pidcap.coordinator.printing;

/** Text out of a file, which may be anybody's, for a terminal, which obeys control characters. */
public final class PrintableText {
    private PrintableText() {}

    /** With a {@code ?} for each character that is not shown, such as an escape or a change of the writing direction. */
    public static String of(String text) {
        int first = 0;
        while (first < text.length() && isShown(text.charAt(first))) {
            first++;
        }
        if (first == text.length()) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(point -> shown.appendCodePoint(isShown(point) ? point : '?'));
        return shown.toString();
    }

    private static boolean isShown(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
