package io.pidcap.coordinator.attribution;

/**
 * A process name, or a pattern of one: {@code *} stands for any characters, {@code ?} for one. Upper and lower case
 * differ, as they do in file names on Linux.
 *
 * @param text not empty
 */
public record NamePattern(String text) {
    public NamePattern {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a process name must not be empty");
        }
    }

    /** True if the whole of {@code name} fits. */
    public boolean matches(String name) {
        int patternAt = 0;
        int nameAt = 0;
        int starAt = -1;
        int starNameAt = 0;
        while (nameAt < name.length()) {
            if (patternAt < text.length() && text.charAt(patternAt) == '*') {
                starAt = patternAt++;
                starNameAt = nameAt;
            } else if (patternAt < text.length() && fits(text.charAt(patternAt), name.charAt(nameAt))) {
                patternAt++;
                nameAt++;
            } else if (starAt >= 0) {
                // The last star takes one character more; an earlier one never has to.
                patternAt = starAt + 1;
                nameAt = ++starNameAt;
            } else {
                return false;
            }
        }
        while (patternAt < text.length() && text.charAt(patternAt) == '*') {
            patternAt++;
        }
        return patternAt == text.length();
    }

    private static boolean fits(char pattern, char character) {
        return pattern == '?' || pattern == character;
    }

    @Override
    public String toString() {
        return text;
    }
}
