package io.pidcap.host.pcap;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import io.pidcap.host.HostException;
import io.pidcap.host.PacketSourceConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@code pcap_t} that is active. Not for two threads at a time.
 *
 * <p>Facts of libpcap on Linux (pcap-linux.c, 1.10) that the order here rests on, and that Npcap has nothing against:
 *
 * <ul>
 *   <li>A device that does not exist, is down or is forbidden is told by {@code pcap_activate}, not by {@code pcap_create}.
 *   <li>{@code pcap_setfilter} needs an active handle. It lets nothing into the socket while it changes the kernel's filter
 *       and applies the new one itself to what is in the ring already, so nothing foreign comes out. Packets that arrive
 *       before it has returned may be lost: a source is open only afterwards.
 *   <li>In blocking mode {@code pcap_dispatch} on an idle interface never returns, for the kernel does not hand over an
 *       empty block. So the handle does not block, and the caller waits for the descriptor.
 * </ul>
 */
final class PcapDevice implements AutoCloseable {
    /** After so long the kernel hands over a block (TPACKET_V3) that is not full yet. */
    static final int RETIRE_MILLIS = 20;

    private static final Logger LOG = LoggerFactory.getLogger(PcapDevice.class);
    private static final int PROBE_BUFFER_BYTES = 1 << 20;

    private final PcapSystem system;
    private final PcapFunctions pcap;
    private final String interfaceName;
    private final Pointer handle;
    private @Nullable SystemDevice own;
    private boolean closed;

    private PcapDevice(PcapSystem system, String interfaceName, Pointer handle) {
        this.system = system;
        this.pcap = system.functions();
        this.interfaceName = interfaceName;
        this.handle = handle;
    }

    /** @throws HostException as {@link io.pidcap.host.HostBackend#openPacketSource} */
    static PcapDevice open(PcapSystem system, PacketSourceConfig config) {
        PcapDevice device = create(system, config.interfaceName());
        try {
            device.prepare(config);
            device.activate();
            device.setFilter(config.filter());
            device.own = system.device(device.interfaceName, device.handle);
            device.setNonBlocking();
            return device;
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    /** Opens without a filter and with a small buffer, to learn what the device can do. */
    static PcapDevice probe(PcapSystem system, String interfaceName) {
        return open(system, new PacketSourceConfig(interfaceName, 64, false, PROBE_BUFFER_BYTES, ""));
    }

    private static PcapDevice create(PcapSystem system, String interfaceName) {
        byte[] errbuf = new byte[PcapFunctions.PCAP_ERRBUF_SIZE];
        Pointer handle = system.functions().pcap_create(system.deviceName(interfaceName), errbuf);
        if (handle == null) {
            throw PcapErrors.ofStatus(system, interfaceName, PcapFunctions.PCAP_ERROR, text(errbuf));
        }
        return new PcapDevice(system, interfaceName, handle);
    }

    private static String text(byte[] errbuf) {
        int length = 0;
        while (length < errbuf.length && errbuf[length] != 0) {
            length++;
        }
        return new String(errbuf, 0, length, StandardCharsets.UTF_8);
    }

    private void prepare(PacketSourceConfig config) {
        check(pcap.pcap_set_snaplen(handle, config.snaplenBytes()));
        check(pcap.pcap_set_promisc(handle, config.promiscuous() ? 1 : 0));
        check(pcap.pcap_set_timeout(handle, RETIRE_MILLIS));
        check(pcap.pcap_set_buffer_size(handle, config.bufferBytes()));
        if (pcap.pcap_set_tstamp_precision(handle, PcapFunctions.PCAP_TSTAMP_PRECISION_NANO) != 0) {
            LOG.info("{} stamps packets in microseconds only", interfaceName);
        }
        system.prepare(interfaceName, handle);
    }

    private void activate() {
        int status = pcap.pcap_activate(handle);
        if (status < 0) {
            throw PcapErrors.ofStatus(system, interfaceName, status, pcap.pcap_geterr(handle));
        }
        if (status > 0) {
            LOG.warn("open {} for capture: {} ({})", interfaceName, pcap.pcap_statustostr(status), status);
        }
        system.activated(interfaceName, handle);
    }

    private void setFilter(String filter) {
        if (filter.isEmpty() && !system.cutsByFilter()) {
            return;
        }
        try (Memory program = new Memory(PcapFunctions.BPF_PROGRAM_BYTES)) {
            program.clear();
            if (pcap.pcap_compile(handle, program, filter, 1, PcapFunctions.PCAP_NETMASK_UNKNOWN) != 0) {
                throw badFilter(filter);
            }
            try {
                if (pcap.pcap_setfilter(handle, program) != 0) {
                    throw badFilter(filter);
                }
            } finally {
                pcap.pcap_freecode(program);
            }
        }
    }

    private HostException badFilter(String filter) {
        return new HostException(
                HostException.Code.BAD_FILTER,
                "filter \"" + filter + "\" on " + interfaceName + ": " + pcap.pcap_geterr(handle),
                "see the syntax with: man 7 pcap-filter");
    }

    private void setNonBlocking() {
        byte[] errbuf = new byte[PcapFunctions.PCAP_ERRBUF_SIZE];
        int status = pcap.pcap_setnonblock(handle, 1, errbuf);
        if (status != 0) {
            throw PcapErrors.ofStatus(system, interfaceName, status, text(errbuf));
        }
    }

    private void check(int status) {
        if (status < 0) {
            throw PcapErrors.ofStatus(system, interfaceName, status, pcap.pcap_geterr(handle));
        }
    }

    PcapSystem system() {
        return system;
    }

    /** What the system does in its own way with it. */
    SystemDevice own() {
        if (own == null) {
            throw new IllegalStateException(interfaceName + " is not open");
        }
        return own;
    }

    Pointer handle() {
        if (closed) {
            throw new IllegalStateException(interfaceName + " is closed");
        }
        return handle;
    }

    String interfaceName() {
        return interfaceName;
    }

    /** What the device's packets are now, as libpcap numbers it. */
    int dlt() {
        return pcap.pcap_datalink(handle());
    }

    /** All {@code DLT_} values that the device offers, the one in use first. */
    List<Integer> dlts() {
        PointerByReference list = new PointerByReference();
        int count = pcap.pcap_list_datalinks(handle(), list);
        check(count);
        List<Integer> dlts = new ArrayList<>(List.of(dlt()));
        @Nullable Pointer values = list.getValue();
        if (values != null) {
            for (int dlt : values.getIntArray(0, count)) {
                if (dlt != dlts.get(0)) {
                    dlts.add(dlt);
                }
            }
            pcap.pcap_free_datalinks(values);
        }
        return dlts;
    }

    boolean nanosecondTimestamps() {
        return pcap.pcap_get_tstamp_precision(handle()) == PcapFunctions.PCAP_TSTAMP_PRECISION_NANO;
    }

    int snaplen() {
        return pcap.pcap_snapshot(handle());
    }

    HostException lost() {
        return PcapErrors.deviceLost(interfaceName, pcap.pcap_geterr(handle()));
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (own != null) {
                own.close();
            }
            pcap.pcap_close(handle);
        }
    }
}
