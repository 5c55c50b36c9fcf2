package io.pidcap.coordinator.platform;

import java.util.Locale;

/** The operating system, for those who do a thing in another way on each. They are handed it, so that tests can choose. */
public enum Platform {
    UNIX,
    WINDOWS;

    /** Of this process. */
    public static Platform current() {
        return of(System.getProperty("os.name", ""));
    }

    /** @param osName as Java's property {@code os.name} has it */
    static Platform of(String osName) {
        return osName.toLowerCase(Locale.ROOT).startsWith("windows") ? WINDOWS : UNIX;
    }
}
