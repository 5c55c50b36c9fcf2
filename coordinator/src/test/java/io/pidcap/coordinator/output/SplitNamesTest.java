package io.pidcap.coordinator.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SplitNamesTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "out.pcapng, curl, out-curl.pcapng",
        "out.PCAP, curl, out-curl.PCAP",
        "out.v1, curl, out.v1-curl",
        "out, python3.11, out-python3.11",
        "out.pcapng, größe_1+@x, out-größe_1+@x.pcapng",
        "out.pcapng, a/../b c, out-a_.._b_c.pcapng",
        "out.pcapng, ../etc/passwd, out-_._etc_passwd.pcapng",
        "out.pcapng, '', out-_.pcapng",
        "., curl, curl.pcapng",
        "., .., _..pcapng",
        "., .hidden, _hidden.pcapng",
    })
    void shouldNameAFileAfterAProcess(String target, String name, String expected) {
        SplitNames names = new SplitNames(directory.resolve(target).normalize(), path -> false);
        assertThat(names.fileOf(name)).isEqualTo(directory.resolve(expected));
    }

    @Test
    void shouldNumberNamesThatWouldBeOneFileAndFilesThatAreThere() {
        Set<Path> there = Set.of(directory.resolve("o-a_b-2.pcap"), directory.resolve("o-x.pcap"));
        SplitNames names = new SplitNames(directory.resolve("o.pcap"), there::contains);
        assertThat(names.fileOf("a b")).hasFileName("o-a_b.pcap");
        assertThat(names.fileOf("a/b")).hasFileName("o-a_b-3.pcap");
        assertThat(names.fileOf("a\nb")).hasFileName("o-a_b-4.pcap");
        assertThat(names.fileOf("x")).hasFileName("o-x-2.pcap");
    }

    @Test
    void shouldCutLongNamesBetweenCharacters() {
        String safe = SplitNames.safe("x" + "ä".repeat(200));
        assertThat(safe).isEqualTo("x" + "ä".repeat(49));
        assertThat(safe.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(SplitNames.MOST_NAME_BYTES);
    }
}
