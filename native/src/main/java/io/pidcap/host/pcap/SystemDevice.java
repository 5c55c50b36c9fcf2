package io.pidcap.host.pcap;

import io.pidcap.host.HostException;
import io.pidcap.host.linux.bpf.CapturePrefilter;
import io.pidcap.protocol.model.PrefilterOffer;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What each system does in its own way with an active handle that does not block. The owner of the handle closes it after
 * this. One thread at a time.
 */
public interface SystemDevice extends AutoCloseable {
    /**
     * Waits until there may be packets, at most so long.
     *
     * @return whether there may be some; false may also be wrong
     * @throws HostException {@code DEVICE_LOST}
     */
    boolean await(int waitMillis);

    /** Waits, whether there are packets or not. */
    void pause(int millis);

    /** Whether one {@code pcap_dispatch} takes all there is, unless that is more than it was asked for. */
    boolean dispatchTakesAll();

    /** Of each of the two longs of the {@code struct timeval} that begins {@code struct pcap_pkthdr}. */
    int timevalLongBytes();

    /**
     * The library's figures in the low 32 bits: how many packets passed the filter, those included that were dropped then; how
     * many of them were dropped; how many the interface dropped.
     *
     * @param counts three numbers
     * @return false: the device is gone; nothing was changed
     */
    boolean readCounts(int[] counts);

    /** Creates an empty file that nobody else can read, but for whom {@link HeldDirectory} lets in. */
    void createFile(Path file, Path reached) throws IOException;

    /**
     * Opens a file that is there for the library.
     *
     * @param file its name in messages
     * @param reached the path by which this process opens it
     */
    DumpStream openDump(Path file, Path reached);

    /** As {@link io.pidcap.host.PacketSource#prefilter}. */
    default CapturePrefilter prefilter(PrefilterOffer offer, int number) {
        throw new HostException(
                HostException.Code.NOT_SUPPORTED,
                "filter packets in the kernel: not on this system",
                "leave out --prefilter");
    }

    /** Idempotent. */
    @Override
    void close();
}
