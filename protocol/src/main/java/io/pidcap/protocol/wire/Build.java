package io.pidcap.protocol.wire;

/** What this program says of itself in a handshake. */
public final class Build {
    private Build() {}

    /** The version of the jar, for messages to people; {@code development} outside of one. */
    public static String version() {
        String version = Build.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }
}
