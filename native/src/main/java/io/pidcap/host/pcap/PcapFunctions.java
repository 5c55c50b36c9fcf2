package io.pidcap.host.pcap;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import org.jspecify.annotations.Nullable;

/**
 * The functions that libpcap and Npcap's wpcap.dll have in common, of those that a capture needs and pcap4j does not reach.
 * Names and signatures are those of {@code pcap/pcap.h} (libpcap 1.5 or newer). No logic.
 */
public interface PcapFunctions {
    int PCAP_ERRBUF_SIZE = 256;
    int PCAP_NETMASK_UNKNOWN = 0xffffffff;
    int PCAP_TSTAMP_PRECISION_MICRO = 0;
    int PCAP_TSTAMP_PRECISION_NANO = 1;
    int PCAP_ERROR = -1;
    int PCAP_ERROR_NO_SUCH_DEVICE = -5;
    int PCAP_ERROR_PERM_DENIED = -8;
    int PCAP_ERROR_IFACE_NOT_UP = -9;
    int PCAP_ERROR_PROMISC_PERM_DENIED = -11;

    /** struct bpf_program { u_int bf_len; struct bpf_insn *bf_insns; } */
    int BPF_PROGRAM_BYTES = 2 * Native.POINTER_SIZE;

    // const char *pcap_lib_version(void)
    String pcap_lib_version();

    // pcap_t *pcap_create(const char *source, char *errbuf)
    @Nullable
    Pointer pcap_create(String source, byte[] errbuf);

    // int pcap_set_snaplen(pcap_t *p, int snaplen)
    int pcap_set_snaplen(Pointer p, int snaplen);

    // int pcap_set_promisc(pcap_t *p, int promisc)
    int pcap_set_promisc(Pointer p, int promisc);

    // int pcap_set_timeout(pcap_t *p, int to_ms)
    int pcap_set_timeout(Pointer p, int to_ms);

    // int pcap_set_buffer_size(pcap_t *p, int buffer_size)
    int pcap_set_buffer_size(Pointer p, int buffer_size);

    // int pcap_set_tstamp_precision(pcap_t *p, int tstamp_precision)
    int pcap_set_tstamp_precision(Pointer p, int tstamp_precision);

    // int pcap_get_tstamp_precision(pcap_t *p)
    int pcap_get_tstamp_precision(Pointer p);

    // int pcap_activate(pcap_t *p)
    int pcap_activate(Pointer p);

    // int pcap_setnonblock(pcap_t *p, int nonblock, char *errbuf)
    int pcap_setnonblock(Pointer p, int nonblock, byte[] errbuf);

    // int pcap_datalink(pcap_t *p)
    int pcap_datalink(Pointer p);

    // int pcap_list_datalinks(pcap_t *p, int **dlt_buf)
    int pcap_list_datalinks(Pointer p, PointerByReference dlt_buf);

    // void pcap_free_datalinks(int *dlt_list)
    void pcap_free_datalinks(Pointer dlt_list);

    // int pcap_snapshot(pcap_t *p)
    int pcap_snapshot(Pointer p);

    // int pcap_compile(pcap_t *p, struct bpf_program *fp, const char *str, int optimize, bpf_u_int32 netmask)
    int pcap_compile(Pointer p, Pointer fp, String str, int optimize, int netmask);

    // int pcap_setfilter(pcap_t *p, struct bpf_program *fp)
    int pcap_setfilter(Pointer p, Pointer fp);

    // void pcap_freecode(struct bpf_program *fp)
    void pcap_freecode(Pointer fp);

    // int pcap_dispatch(pcap_t *p, int cnt, pcap_handler callback, u_char *user)
    int pcap_dispatch(Pointer p, int cnt, Pointer callback, Pointer user);

    // int pcap_next_ex(pcap_t *p, struct pcap_pkthdr **pkt_header, const u_char **pkt_data)
    int pcap_next_ex(Pointer p, PointerByReference pkt_header, PointerByReference pkt_data);

    // char *pcap_geterr(pcap_t *p)
    String pcap_geterr(Pointer p);

    // const char *pcap_statustostr(int error)
    String pcap_statustostr(int error);

    // void pcap_close(pcap_t *p)
    void pcap_close(Pointer p);

    // void pcap_dump(u_char *user, const struct pcap_pkthdr *h, const u_char *sp)
    void pcap_dump(Pointer user, Pointer h, Pointer sp);

    // int pcap_dump_flush(pcap_dumper_t *p)
    int pcap_dump_flush(Pointer p);

    // void pcap_dump_close(pcap_dumper_t *p)
    void pcap_dump_close(Pointer p);
}
