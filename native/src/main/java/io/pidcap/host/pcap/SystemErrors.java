package io.pidcap.host.pcap;

import io.pidcap.host.HostException;

/** The system's refusals in our words. */
public interface SystemErrors {
    /** What to do where privilege is missing. */
    String privilegeHint();

    String bringUpHint(String interfaceName);

    /**
     * The system's number for what it refused of {@code file}, which decides whether the disk is full.
     *
     * @param error 0: not known any more
     */
    HostException ofFile(String operation, Object file, int error);

    /** Which of a disk's refusals the words of Java's exception are; 0: another. */
    int errorOf(String words);
}
