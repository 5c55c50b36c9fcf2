package io.pidcap.host.pcap;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import io.pidcap.host.linux.bpf.CapturePrefilter;
import io.pidcap.protocol.model.PrefilterOffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A device of libpcap's on Linux: its descriptor tells when there are packets. */
final class LibPcapDevice implements SystemDevice {
    private static final Logger LOG = LoggerFactory.getLogger(LibPcapDevice.class);
    private static final String LOOPBACK = "lo";

    /** struct pcap_stat { u_int ps_recv; u_int ps_drop; u_int ps_ifdrop; } */
    private static final int PCAP_STAT_BYTES = 3 * Integer.BYTES;

    private final LibPcapLibrary pcap;
    private final String interfaceName;
    private final Pointer handle;
    private final Memory pollfd = new Memory(LibcLibrary.POLLFD_BYTES);
    private final int descriptors;

    /** The index of the interface of which the kernel hands over one copy of each packet only; 0: none. */
    private final int loopbackTakenOnce;

    private boolean closed;

    private LibPcapDevice(LibPcapLibrary pcap, String interfaceName, Pointer handle, int loopbackTakenOnce) {
        this.pcap = pcap;
        this.interfaceName = interfaceName;
        this.handle = handle;
        this.loopbackTakenOnce = loopbackTakenOnce;
        int fd = pcap.pcap_get_selectable_fd(handle);
        this.descriptors = fd < 0 ? 0 : 1;
        pollfd.setInt(0, fd);
        pollfd.setShort(4, LibcLibrary.POLLIN);
        pollfd.setShort(6, (short) 0);
    }

    static LibPcapDevice of(LibPcapLibrary pcap, String interfaceName, Pointer handle) {
        return new LibPcapDevice(pcap, interfaceName, handle, takeLoopbackOnce(pcap, interfaceName, handle));
    }

    private static int takeLoopbackOnce(LibPcapLibrary pcap, String interfaceName, Pointer handle) {
        if (!interfaceName.equals(LibPcap.ANY) && !interfaceName.equals(LOOPBACK)) {
            return 0;
        }
        try {
            return LoopbackFilter.attach(pcap.pcap_fileno(handle));
        } catch (IOException e) {
            LOG.info("{}: packets on lo are counted twice as received ({})", interfaceName, e.getMessage());
            return 0;
        }
    }

    @Override
    public boolean await(int waitMillis) {
        return poll(descriptors, waitMillis) > 0;
    }

    @Override
    public void pause(int millis) {
        poll(0, millis);
    }

    private int poll(int count, int timeoutMillis) {
        int ready = LibcLibrary.get().poll(pollfd, new NativeLong(count), timeoutMillis);
        if (ready < 0 && Native.getLastError() != LibcLibrary.EINTR) {
            throw PcapErrors.deviceLost(interfaceName, LibcLibrary.get().strerror(Native.getLastError()));
        }
        return ready;
    }

    @Override
    public boolean dispatchTakesAll() {
        return true;
    }

    @Override
    public int timevalLongBytes() {
        return NativeLong.SIZE;
    }

    /** {@code ps_recv} includes what was dropped. */
    @Override
    public boolean readCounts(int[] counts) {
        try (Memory stat = new Memory(PCAP_STAT_BYTES)) {
            stat.clear();
            boolean answered = pcap.pcap_stats(handle, stat) == 0;
            if (answered) {
                stat.read(0, counts, 0, counts.length);
            }
            return answered;
        }
    }

    /** With mode 0600; where it is reached another way, who reads it is another user, by the group. */
    @Override
    public void createFile(Path file, Path reached) throws IOException {
        Files.createFile(reached, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        if (!reached.equals(file)) {
            // At once it would be subject to the umask.
            Files.setPosixFilePermissions(reached, PosixFilePermissions.fromString("rw-r-----"));
        }
    }

    @Override
    public DumpStream openDump(Path file, Path reached) {
        return LibcDumpStream.open(pcap, handle, file, reached);
    }

    @Override
    public CapturePrefilter prefilter(PrefilterOffer offer, int number) {
        return CapturePrefilter.attach(pcap.pcap_fileno(handle), offer, number, loopbackTakenOnce);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            pollfd.close();
        }
    }
}
