package io.pidcap.it.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Require;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Each benchmark runs once on very little; what it measures then means nothing, but its results are compared. */
class BenchIT {
    private static final int FEW_PACKETS = 2000;

    @Test
    void shouldRunEveryBenchmark() throws Exception {
        Require.all(Require.TCPDUMP);
        Path dist = Path.of(System.getProperty("pidcap.dist"));
        List<String> pidcap = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dpidcap.lib=" + dist.resolve("lib"),
                "-jar",
                dist.resolve("lib/pidcap-coordinator.jar").toString());

        BenchReport report = BenchMain.run(BenchMain.ALL, pidcap, 1, FEW_PACKETS);

        assertThat(report.rows()).hasSizeGreaterThanOrEqualTo(6).allSatisfy(row -> {
            assertThat(row.rounds()).isEqualTo(1);
            assertThat(row.ours().median()).isNotNegative();
        });
        System.out.print(report.markdown());
    }
}
