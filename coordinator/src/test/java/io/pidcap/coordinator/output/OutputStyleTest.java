package io.pidcap.coordinator.output;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.file.Annotation;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OutputStyleTest {
    @ParameterizedTest
    @CsvSource({
        "a.pcapng, ALL, true, false",
        "a.pcap, NONE, false, false",
        "a.pcap, ALL, false, true",
        "a.pcap, COMMENT, false, true",
        "a.pcap, NONE, true, true",
    })
    void shouldSayWhatAPcapFileHasNoPlaceFor(String file, Annotation annotation, boolean withArguments, boolean unmet) {
        OutputStyle style = new OutputStyle(annotation, withArguments, false, false, Rotation.NONE);
        assertThat(style.unmet(Path.of(file)).isPresent()).isEqualTo(unmet);
        assertThat(style.unmet(Path.of(file)).orElse("a.pcap pcapng"))
                .contains("a.pcap")
                .contains("pcapng");
    }
}
