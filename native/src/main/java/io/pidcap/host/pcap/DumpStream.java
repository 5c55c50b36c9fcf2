package io.pidcap.host.pcap;

import com.sun.jna.Pointer;

/** A dump file that is open in the library, empty but for its header at first. One thread at a time. */
public interface DumpStream {
    /** A flush failed and nobody knows why. */
    int UNKNOWN_ERROR = -1;

    /** What {@code pcap_dump} takes as its {@code user}. */
    Pointer dumper();

    /** @return 0: done; the system's number of what it refused; or {@link #UNKNOWN_ERROR} */
    int flush();

    /**
     * Whether a write that failed between two flushes makes the second of them fail. If not, a flush that succeeded says
     * nothing, and the file has to be looked at.
     */
    boolean remembersFailures();

    /** Where the file ends, after a flush. */
    long position();

    /** Once. */
    void close();
}
