package io.pidcap.host.pcap;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import io.pidcap.host.HostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** libpcap, with those of its functions that Windows does not have; no logic but loading. */
final class LibPcapLibrary implements PcapFunctions {
    static final int DLT_LINUX_SLL2 = 276;

    /** The soname that upstream gives, the one that Debian gives, the link of a development package. */
    private static final List<String> NAMES = List.of("libpcap.so.1", "libpcap.so.0.8", "libpcap.so");

    private static @Nullable LibPcapLibrary loaded;

    private final NativeLibrary library;

    private LibPcapLibrary(NativeLibrary library) {
        this.library = library;
    }

    /**
     * Loads the library at the first call.
     *
     * @throws HostException {@code LIBRARY_MISSING}; a later call tries again
     */
    static synchronized LibPcapLibrary load() {
        LibPcapLibrary pcap = loaded;
        if (pcap == null) {
            NativeLibrary library = find(NAMES);
            Native.register(LibPcapLibrary.class, library);
            pcap = new LibPcapLibrary(library);
            loaded = pcap;
        }
        return pcap;
    }

    static NativeLibrary find(List<String> names) {
        UnsatisfiedLinkError last = new UnsatisfiedLinkError("no name to try");
        for (String name : names) {
            try {
                return NativeLibrary.getInstance(name);
            } catch (UnsatisfiedLinkError e) {
                last = e;
            }
        }
        throw new HostException(
                HostException.Code.LIBRARY_MISSING,
                "load libpcap: none of " + String.join(", ", names) + " can be loaded",
                "install it: apt-get install libpcap0.8 (Debian, Ubuntu) or dnf install libpcap (Fedora)",
                last);
    }

    /** The file name by which the library was found. */
    String name() {
        return library.getFile() == null ? library.getName() : library.getFile().getName();
    }

    /** The address of {@code void pcap_dump(u_char *user, const struct pcap_pkthdr *h, const u_char *sp)}. */
    Pointer pcapDumpFunction() {
        return library.getFunction("pcap_dump");
    }

    @Override
    public native String pcap_lib_version();

    @Override
    public native @Nullable Pointer pcap_create(String source, byte[] errbuf);

    // pcap_t *pcap_open_dead_with_tstamp_precision(int linktype, int snaplen, u_int precision)
    native @Nullable Pointer pcap_open_dead_with_tstamp_precision(int linktype, int snaplen, int precision);

    @Override
    public native int pcap_set_snaplen(Pointer p, int snaplen);

    @Override
    public native int pcap_set_promisc(Pointer p, int promisc);

    @Override
    public native int pcap_set_timeout(Pointer p, int to_ms);

    @Override
    public native int pcap_set_buffer_size(Pointer p, int buffer_size);

    @Override
    public native int pcap_set_tstamp_precision(Pointer p, int tstamp_precision);

    @Override
    public native int pcap_get_tstamp_precision(Pointer p);

    @Override
    public native int pcap_activate(Pointer p);

    @Override
    public native int pcap_setnonblock(Pointer p, int nonblock, byte[] errbuf);

    // int pcap_fileno(pcap_t *p)
    native int pcap_fileno(Pointer p);

    // int pcap_get_selectable_fd(pcap_t *p)
    native int pcap_get_selectable_fd(Pointer p);

    @Override
    public native int pcap_datalink(Pointer p);

    // int pcap_set_datalink(pcap_t *p, int dlt)
    native int pcap_set_datalink(Pointer p, int dlt);

    @Override
    public native int pcap_list_datalinks(Pointer p, PointerByReference dlt_buf);

    @Override
    public native void pcap_free_datalinks(Pointer dlt_list);

    @Override
    public native int pcap_snapshot(Pointer p);

    @Override
    public native int pcap_compile(Pointer p, Pointer fp, String str, int optimize, int netmask);

    @Override
    public native int pcap_setfilter(Pointer p, Pointer fp);

    @Override
    public native void pcap_freecode(Pointer fp);

    @Override
    public native int pcap_dispatch(Pointer p, int cnt, Pointer callback, Pointer user);

    @Override
    public native int pcap_next_ex(Pointer p, PointerByReference pkt_header, PointerByReference pkt_data);

    // int pcap_stats(pcap_t *p, struct pcap_stat *ps)
    native int pcap_stats(Pointer p, Pointer ps);

    @Override
    public native String pcap_geterr(Pointer p);

    @Override
    public native String pcap_statustostr(int error);

    @Override
    public native void pcap_close(Pointer p);

    // pcap_dumper_t *pcap_dump_fopen(pcap_t *p, FILE *fp)
    native @Nullable Pointer pcap_dump_fopen(Pointer p, Pointer fp);

    // FILE *pcap_dump_file(pcap_dumper_t *p)
    native Pointer pcap_dump_file(Pointer p);

    @Override
    public native void pcap_dump(Pointer user, Pointer h, Pointer sp);

    @Override
    public native int pcap_dump_flush(Pointer p);

    @Override
    public native void pcap_dump_close(Pointer p);
}
