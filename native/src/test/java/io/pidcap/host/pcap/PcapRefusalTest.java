package io.pidcap.host.pcap;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.ChildProcess;
import io.pidcap.host.RequiredFeature;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the system refuses, made to happen in namespaces that belong to the test alone. */
class PcapRefusalTest {
    private static final int DISK_BYTES = 64 << 10;
    private static final int FILE_HEADER_BYTES = 24;
    /** Header of the record, Ethernet, IPv4, UDP, payload. */
    private static final int RECORD_BYTES = 16 + 14 + 20 + 8 + 1400;

    private static final int RECORDS_THAT_FIT = (DISK_BYTES - FILE_HEADER_BYTES) / RECORD_BYTES;
    private static final int ALL_THAT_FIT = FILE_HEADER_BYTES + RECORDS_THAT_FIT * RECORD_BYTES;

    @TempDir
    private Path directory;

    @BeforeAll
    static void needsRoot() {
        RequiredFeature.requireRoot();
    }

    @Test
    void shouldSayDeviceLostWhenTheInterfaceIsDeletedWhileOpen() {
        assertThat(isolated("lost", directory.toString()))
                .startsWith("DEVICE_LOST capture on pidcap0: ")
                .contains("pidcap interfaces");
    }

    @Test
    void shouldSayInterfaceDownWhenItIsNotUp() {
        assertThat(isolated("down"))
                .startsWith("INTERFACE_DOWN open pidcap0 for capture: ")
                .contains("| bring it up: ip link set pidcap0 up");
    }

    @Test
    void shouldSayDiskFullAndKeepTheWholeRecordsThatFitWhenACopyFails() {
        assertThat(isolated("full", directory.toString()))
                .contains("length " + ALL_THAT_FIT + ", written " + RECORDS_THAT_FIT + " of 400\n")
                .contains(
                        "DISK_FULL write " + directory.resolve("full.pcap") + ": No space left on device (28) | free");
    }

    @Test
    void shouldSayDiskFullAndKeepTheWholeRecordsThatFitWhenTheFlushFails() {
        assertThat(isolated("full-at-flush", directory.toString()))
                .contains("length " + ALL_THAT_FIT + ", written " + RECORDS_THAT_FIT + " of 100\n")
                .contains(
                        "DISK_FULL write " + directory.resolve("full.pcap") + ": No space left on device (28) | free");
    }

    @Test
    void shouldSayNoPrivilegeAndHowToGetItWhenCapabilitiesAreMissing() {
        assertThat(withoutCapabilities("open"))
                .startsWith("NO_PRIVILEGE open pidcap0 for capture: ")
                .contains("| run as root (sudo), or grant CAP_NET_RAW");
    }

    @Test
    void shouldTellFromTryingWhatTheHostCanDoWhenProbed() {
        assertThat(isolated("probe").lines())
                .hasSize(3)
                .allMatch(line -> line.contains("availability=AVAILABLE"))
                .first()
                .asString()
                .contains("libpcap version 1.");
        assertThat(withoutCapabilities("probe").lines().toList())
                .satisfiesExactly(
                        library -> assertThat(library).contains("availability=AVAILABLE"),
                        capture -> assertThat(capture).contains("name=capture", "UNAVAILABLE", "CAP_NET_RAW"),
                        nanoseconds -> assertThat(nanoseconds).contains("availability=UNKNOWN"));
    }

    private static String isolated(String... arguments) {
        return child(List.of("unshare", "--net", "--mount"), arguments);
    }

    /** Still root, so that it can read the class path, but of no consequence to the kernel. */
    private static String withoutCapabilities(String... arguments) {
        return child(List.of("setpriv", "--inh-caps=-all", "--bounding-set=-all"), arguments);
    }

    private static String child(List<String> wrapper, String... arguments) {
        List<String> command = new ArrayList<>(wrapper);
        command.addAll(ChildProcess.javaCommand(IsolatedHost.class, arguments));
        return ChildProcess.run(command);
    }
}
