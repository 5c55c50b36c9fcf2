package io.pidcap.coordinator.attribution;

import io.pidcap.coordinator.platform.Platform;

/**
 * A process name, or a pattern of one: {@code *} stands for any characters, {@code ?} for one.
 *
 * @param text not empty
 * @param ignoringCase whether upper and lower case are the same, as they are in file names on Windows
 */
public record NamePattern(String text, boolean ignoringCase) {
    public NamePattern {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a process name must not be empty");
        }
    }

    /** Upper and lower case differ. */
    public NamePattern(String text) {
        this(text, false);
    }

    /** Compared as the file names of the platform are. */
    public static NamePattern on(Platform platform, String text) {
        return new NamePattern(text, platform == Platform.WINDOWS);
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

    private boolean fits(char pattern, char character) {
        return pattern == '?'
                || pattern == character
                // As Windows compares file names: by the upper case of each character.
                || (ignoringCase && Character.toUpperCase(pattern) == Character.toUpperCase(character));
    }

    @Override
    public String toString() {
        return text;
    }
}
