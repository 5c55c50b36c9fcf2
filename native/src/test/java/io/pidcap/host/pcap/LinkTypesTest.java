package io.pidcap.host.pcap;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.pidcap.host.PcapRecords;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinkTypesTest {
    private static final int BEYOND_ALL_LINK_TYPES = 320;

    /** The oracle is the header that libpcap itself writes for the type. */
    @Test
    void shouldAgreeWithTheFilesOfLibpcapWhenATypeHasALinkType(@TempDir Path directory) {
        LibPcapLibrary pcap = LibPcapLibrary.load();
        List<Integer> known = new ArrayList<>();
        for (int dlt = 0; dlt < BEYOND_ALL_LINK_TYPES; dlt++) {
            Path file = directory.resolve(dlt + ".pcap");
            if (writeHeader(pcap, dlt, file)) {
                known.add(dlt);
                assertThat(LinkTypes.ofDlt(dlt).value()).as("DLT %d", dlt).isEqualTo(PcapRecords.linkType(file));
            }
        }
        assertThat(known).hasSizeGreaterThan(150).contains(0, 1, 12, 113, 276);
    }

    private static boolean writeHeader(LibPcapLibrary pcap, int dlt, Path file) {
        Pointer dead = Objects.requireNonNull(
                pcap.pcap_open_dead_with_tstamp_precision(dlt, 64, LibPcapLibrary.PCAP_TSTAMP_PRECISION_NANO));
        Pointer stream = Objects.requireNonNull(LibcLibrary.get().fopen(Native.toByteArray(file.toString()), "we"));
        Pointer dumper = pcap.pcap_dump_fopen(dead, stream);
        if (dumper == null) {
            LibcLibrary.get().fclose(stream);
        } else {
            pcap.pcap_dump_close(dumper);
        }
        pcap.pcap_close(dead);
        return dumper != null;
    }
}
