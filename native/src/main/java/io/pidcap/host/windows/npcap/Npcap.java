package io.pidcap.host.windows.npcap;

import com.sun.jna.Pointer;
import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;
import io.pidcap.host.pcap.PcapSystem;
import io.pidcap.host.pcap.SystemDevice;
import io.pidcap.host.pcap.SystemErrors;
import java.io.File;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Npcap. It cuts packets by the filter that is set, and tells by an event when there are some. */
public final class Npcap implements PcapSystem {
    public static final Npcap INSTANCE = new Npcap();

    /** The event is set by the first packet: how often it is looked at is the caller's. */
    private static final int LEAST_BYTES_TO_COPY = 0;

    private static final Logger LOG = LoggerFactory.getLogger(Npcap.class);

    private @Nullable NpcapLibrary loaded;

    private Npcap() {}

    @Override
    public String libraryName() {
        return "Npcap";
    }

    @Override
    public synchronized NpcapLibrary functions() {
        NpcapLibrary library = loaded;
        if (library == null) {
            library = NpcapFolder.of(System.getenv()).load();
            loaded = library;
        }
        return library;
    }

    @Override
    public String foundAs() {
        functions();
        File file = NpcapFolder.loaded().getFile();
        return file == null ? NpcapFolder.LIBRARY : file.toString();
    }

    @Override
    public Pointer dumpFunction() {
        functions();
        return NpcapFolder.loaded().getFunction("pcap_dump");
    }

    @Override
    public String deviceName(String interfaceName) {
        return NpcapInterfaces.deviceOf(interfaceName);
    }

    /** By its own clock, which is synchronised once only, packets would drift away from the events. */
    @Override
    public void prepare(String interfaceName, Pointer handle) {
        int status = functions().pcap_set_tstamp_type(handle, NpcapLibrary.PCAP_TSTAMP_HOST_HIPREC);
        if (status != 0) {
            LOG.warn(
                    "{}: packets are not stamped by the system's clock: {} ({})",
                    interfaceName,
                    functions().pcap_statustostr(status),
                    status);
        }
    }

    @Override
    public void activated(String interfaceName, Pointer handle) {
        if (functions().pcap_setmintocopy(handle, LEAST_BYTES_TO_COPY) != 0) {
            LOG.warn("{}: packets come late: {}", interfaceName, functions().pcap_geterr(handle));
        }
    }

    @Override
    public boolean cutsByFilter() {
        return true;
    }

    @Override
    public SystemDevice device(String interfaceName, Pointer handle) {
        Pointer event = functions().pcap_getevent(handle);
        if (event == null) {
            throw new HostException(
                    Code.NOT_SUPPORTED,
                    "open " + interfaceName + " for capture: Npcap has no event for it",
                    "try another interface: pidcap interfaces");
        }
        return new NpcapDevice(functions(), interfaceName, handle, event);
    }

    @Override
    public SystemErrors errors() {
        return Win32Errors.INSTANCE;
    }
}
