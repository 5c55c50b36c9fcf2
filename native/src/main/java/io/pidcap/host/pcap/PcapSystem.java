package io.pidcap.host.pcap;

import com.sun.jna.Pointer;
import io.pidcap.host.HostException;

/** The packet library of one operating system, and where it wants to be used otherwise than elsewhere. Any thread. */
public interface PcapSystem {
    /** What people call the library. */
    String libraryName();

    /**
     * Loads the library at the first call.
     *
     * @throws HostException {@code LIBRARY_MISSING}; a later call tries again
     */
    PcapFunctions functions();

    /** Where the library was found. */
    String foundAs();

    /** The address of {@code void pcap_dump(u_char *user, const struct pcap_pkthdr *h, const u_char *sp)}. */
    Pointer dumpFunction();

    /**
     * What the library calls an interface.
     *
     * @throws HostException {@code NO_SUCH_INTERFACE}
     */
    String deviceName(String interfaceName);

    /** On a handle that was created and not activated yet, behind all that is set everywhere. */
    void prepare(String interfaceName, Pointer handle);

    /** On a handle that was just activated, before a filter is set. */
    void activated(String interfaceName, Pointer handle);

    /** Whether packets are cut to the snaplen by a filter only, so that one has to be set which takes everything. */
    boolean cutsByFilter();

    /** Takes over what is the system's own of a handle that is active and has its filter. */
    SystemDevice device(String interfaceName, Pointer handle);

    SystemErrors errors();
}
