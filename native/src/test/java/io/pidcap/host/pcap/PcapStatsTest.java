package io.pidcap.host.pcap;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PcapStatsTest {
    @Test
    void shouldGoOnCountingWhenTheNativeCounterWraps() {
        assertThat(PcapStats.advance(0xffff_fff0L, 5)).isEqualTo(0x1_0000_0005L);
        assertThat(PcapStats.advance(0x1_0000_0005L, 5)).isEqualTo(0x1_0000_0005L);
        assertThat(PcapStats.advance(0, 0xffff_ffff)).isEqualTo(0xffff_ffffL);
    }

    @Test
    void shouldFollowATrueCountWhenItGrowsByAnythingBelowAWrap() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        long truth = 0;
        long counted = 0;
        for (int i = 0; i < 10_000; i++) {
            truth += random.nextLong(1L << 32);
            counted = PcapStats.advance(counted, (int) truth);
            assertThat(counted).as("seed %d step %d", seed, i).isEqualTo(truth);
        }
    }
}
