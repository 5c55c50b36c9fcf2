package io.pidcap.host.windows.npcap;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import io.pidcap.host.pcap.PcapFunctions;
import org.jspecify.annotations.Nullable;

/** wpcap.dll of Npcap 1.10 or newer (pcap/pcap.h), with those functions that only Windows has. */
interface NpcapLibrary extends Library, PcapFunctions {
    int PCAP_CHAR_ENC_UTF_8 = 1;
    int PCAP_TSTAMP_HOST_HIPREC = 2;

    // int pcap_init(unsigned int opts, char *errbuf)
    int pcap_init(int opts, byte[] errbuf);

    // int pcap_findalldevs(pcap_if_t **alldevsp, char *errbuf)
    int pcap_findalldevs(PointerByReference alldevsp, byte[] errbuf);

    // void pcap_freealldevs(pcap_if_t *alldevs)
    void pcap_freealldevs(@Nullable Pointer alldevs);

    // int pcap_set_tstamp_type(pcap_t *p, int tstamp_type)
    int pcap_set_tstamp_type(Pointer p, int tstamp_type);

    // int pcap_setmintocopy(pcap_t *p, int size)
    int pcap_setmintocopy(Pointer p, int size);

    // HANDLE pcap_getevent(pcap_t *p)
    @Nullable
    Pointer pcap_getevent(Pointer p);

    // struct pcap_stat *pcap_stats_ex(pcap_t *p, int *pcap_stat_size)
    @Nullable
    Pointer pcap_stats_ex(Pointer p, IntByReference pcap_stat_size);

    // pcap_dumper_t *pcap_dump_hopen(pcap_t *p, intptr_t osfd)
    @Nullable
    Pointer pcap_dump_hopen(Pointer p, Pointer osfd);

    // int64_t pcap_dump_ftell64(pcap_dumper_t *p)
    long pcap_dump_ftell64(Pointer p);
}
