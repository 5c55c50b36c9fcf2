package io.pidcap.host.pcap;

import com.sun.jna.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** libpcap on Linux. */
public final class LibPcap implements PcapSystem {
    public static final LibPcap INSTANCE = new LibPcap();

    static final String ANY = "any";

    private static final Logger LOG = LoggerFactory.getLogger(LibPcap.class);

    private LibPcap() {}

    @Override
    public String libraryName() {
        return "libpcap";
    }

    @Override
    public LibPcapLibrary functions() {
        return LibPcapLibrary.load();
    }

    @Override
    public String foundAs() {
        return functions().name();
    }

    @Override
    public Pointer dumpFunction() {
        return functions().pcapDumpFunction();
    }

    @Override
    public String deviceName(String interfaceName) {
        return interfaceName;
    }

    @Override
    public void prepare(String interfaceName, Pointer handle) {}

    /** As tcpdump does since 4.99: SLL2 names each packet's interface. A device without it keeps what it has. */
    @Override
    public void activated(String interfaceName, Pointer handle) {
        if (interfaceName.equals(ANY)) {
            int status = functions().pcap_set_datalink(handle, LibPcapLibrary.DLT_LINUX_SLL2);
            LOG.debug("SLL2 on {}: {}", interfaceName, status);
        }
    }

    @Override
    public boolean cutsByFilter() {
        return false;
    }

    @Override
    public SystemDevice device(String interfaceName, Pointer handle) {
        return LibPcapDevice.of(functions(), interfaceName, handle);
    }

    @Override
    public SystemErrors errors() {
        return LibcErrors.INSTANCE;
    }
}
