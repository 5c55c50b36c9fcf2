package io.pidcap.host.pcap;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import io.pidcap.host.HostException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The functions of libpcap that a capture needs and pcap4j does not reach: {@code pcap_dispatch} with a native callback,
 * the {@code pcap_t} itself, flush and error state of the dump file. Names and signatures are those of {@code pcap/pcap.h}
 * (libpcap 1.5 or newer); no logic but loading.
 */
final class LibPcapLibrary {
    static final int PCAP_ERRBUF_SIZE = 256;
    static final int PCAP_NETMASK_UNKNOWN = 0xffffffff;
    static final int PCAP_TSTAMP_PRECISION_MICRO = 0;
    static final int PCAP_TSTAMP_PRECISION_NANO = 1;
    static final int PCAP_ERROR = -1;
    static final int PCAP_ERROR_NO_SUCH_DEVICE = -5;
    static final int PCAP_ERROR_PERM_DENIED = -8;
    static final int PCAP_ERROR_IFACE_NOT_UP = -9;
    static final int PCAP_ERROR_PROMISC_PERM_DENIED = -11;
    static final int DLT_LINUX_SLL2 = 276;

    /** struct bpf_program { u_int bf_len; struct bpf_insn *bf_insns; } */
    static final int BPF_PROGRAM_BYTES = 2 * Native.POINTER_SIZE;

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

    // const char *pcap_lib_version(void)
    native String pcap_lib_version();

    // pcap_t *pcap_create(const char *source, char *errbuf)
    native @Nullable Pointer pcap_create(String source, byte[] errbuf);

    // pcap_t *pcap_open_dead_with_tstamp_precision(int linktype, int snaplen, u_int precision)
    native @Nullable Pointer pcap_open_dead_with_tstamp_precision(int linktype, int snaplen, int precision);

    // int pcap_set_snaplen(pcap_t *p, int snaplen)
    native int pcap_set_snaplen(Pointer p, int snaplen);

    // int pcap_set_promisc(pcap_t *p, int promisc)
    native int pcap_set_promisc(Pointer p, int promisc);

    // int pcap_set_timeout(pcap_t *p, int to_ms)
    native int pcap_set_timeout(Pointer p, int to_ms);

    // int pcap_set_buffer_size(pcap_t *p, int buffer_size)
    native int pcap_set_buffer_size(Pointer p, int buffer_size);

    // int pcap_set_tstamp_precision(pcap_t *p, int tstamp_precision)
    native int pcap_set_tstamp_precision(Pointer p, int tstamp_precision);

    // int pcap_get_tstamp_precision(pcap_t *p)
    native int pcap_get_tstamp_precision(Pointer p);

    // int pcap_activate(pcap_t *p)
    native int pcap_activate(Pointer p);

    // int pcap_setnonblock(pcap_t *p, int nonblock, char *errbuf)
    native int pcap_setnonblock(Pointer p, int nonblock, byte[] errbuf);

    // int pcap_fileno(pcap_t *p)
    native int pcap_fileno(Pointer p);

    // int pcap_get_selectable_fd(pcap_t *p)
    native int pcap_get_selectable_fd(Pointer p);

    // int pcap_datalink(pcap_t *p)
    native int pcap_datalink(Pointer p);

    // int pcap_set_datalink(pcap_t *p, int dlt)
    native int pcap_set_datalink(Pointer p, int dlt);

    // int pcap_list_datalinks(pcap_t *p, int **dlt_buf)
    native int pcap_list_datalinks(Pointer p, PointerByReference dlt_buf);

    // void pcap_free_datalinks(int *dlt_list)
    native void pcap_free_datalinks(Pointer dlt_list);

    // int pcap_snapshot(pcap_t *p)
    native int pcap_snapshot(Pointer p);

    // int pcap_compile(pcap_t *p, struct bpf_program *fp, const char *str, int optimize, bpf_u_int32 netmask)
    native int pcap_compile(Pointer p, Pointer fp, String str, int optimize, int netmask);

    // int pcap_setfilter(pcap_t *p, struct bpf_program *fp)
    native int pcap_setfilter(Pointer p, Pointer fp);

    // void pcap_freecode(struct bpf_program *fp)
    native void pcap_freecode(Pointer fp);

    // int pcap_dispatch(pcap_t *p, int cnt, pcap_handler callback, u_char *user)
    native int pcap_dispatch(Pointer p, int cnt, Pointer callback, Pointer user);

    // int pcap_next_ex(pcap_t *p, struct pcap_pkthdr **pkt_header, const u_char **pkt_data)
    native int pcap_next_ex(Pointer p, PointerByReference pkt_header, PointerByReference pkt_data);

    // int pcap_stats(pcap_t *p, struct pcap_stat *ps)
    native int pcap_stats(Pointer p, Pointer ps);

    // char *pcap_geterr(pcap_t *p)
    native String pcap_geterr(Pointer p);

    // const char *pcap_statustostr(int error)
    native String pcap_statustostr(int error);

    // void pcap_close(pcap_t *p)
    native void pcap_close(Pointer p);

    // pcap_dumper_t *pcap_dump_fopen(pcap_t *p, FILE *fp)
    native @Nullable Pointer pcap_dump_fopen(Pointer p, Pointer fp);

    // FILE *pcap_dump_file(pcap_dumper_t *p)
    native Pointer pcap_dump_file(Pointer p);

    // void pcap_dump(u_char *user, const struct pcap_pkthdr *h, const u_char *sp)
    native void pcap_dump(Pointer user, Pointer h, Pointer sp);

    // int pcap_dump_flush(pcap_dumper_t *p)
    native int pcap_dump_flush(Pointer p);

    // void pcap_dump_close(pcap_dumper_t *p)
    native void pcap_dump_close(Pointer p);
}
