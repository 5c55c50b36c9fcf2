package io.pidcap.protocol.model;

/**
 * One thing that a host can or cannot do, found out by trying it.
 *
 * @param name short and stable, such as {@code capture}
 * @param detail what was tried and what came of it; names the version where it works
 * @param remedy what the user can do; empty where nothing is to be done
 */
public record HostFeature(String name, Availability availability, String detail, String remedy) {

    /** A feature is either there, or not, or we could not find out. */
    public enum Availability {
        AVAILABLE,
        UNAVAILABLE,
        UNKNOWN
    }
}
