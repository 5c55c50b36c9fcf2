package io.pidcap.it.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.it.support.Pidcap;
import io.pidcap.it.support.Require;
import io.pidcap.it.support.Status;
import io.pidcap.it.support.Tshark;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Target and bystander follow each other on the same ports while the wall clock is set forth and back: the owner at a
 * packet's stamp is as often as not another one than that of its time. The truth is what each process says that it sent.
 */
class ClockStepIT {
    @TempDir
    Path directory;

    @Test
    void shouldFindTheOwnersOfTheTimeAndNotOfTheStamp() throws Exception {
        Require.all(Require.ROOT, Require.TSHARK, Require.PYTHON3, Require.EBPF, Require.CLOCK);
        long seed = Long.getLong("pidcap.seed", new Random().nextInt(1_000_000));
        Pidcap pidcap = new Pidcap(directory);
        Path file = directory.resolve("steps.pcapng");
        Pidcap.Result started =
                pidcap.run("start", "--events", "ebpf", "-n", "clock-target", "-i", "lo", "-w", file.toString());
        assertThat(started.exitCode()).as(started.err()).isZero();
        JsonNode truth = Status.parse(conduct(seed));
        Status.awaitEventsUntilNow(pidcap);
        Pidcap.Result stopped = pidcap.run("stop", started.out().strip());
        assertThat(stopped.exitCode()).as(stopped.err()).isZero();

        long ofTarget = Tshark.count(file, "udp.payload[0:2]==54:20");
        long ofBystander = Tshark.count(file, "udp.payload[0:2]==42:20");
        String found = "seed " + seed + ", sent " + truth + ", kept " + ofTarget + " of the target and " + ofBystander
                + " of the bystander";
        System.out.println(found);
        assertThat(truth.get("target").asLong()).as(found).isPositive();
        assertThat(truth.get("bystander").asLong()).as(found).isPositive();
        assertThat(ofTarget).as(found).isEqualTo(truth.get("target").asLong());
        assertThat(ofBystander).as(found).isZero();
        assertThat(Tshark.count(file, "")).as(found).isEqualTo(ofTarget);
    }

    private String conduct(long seed) throws Exception {
        Process conductor = new ProcessBuilder(
                        "python3",
                        "-B",
                        program("clock_steps.py"),
                        "conduct",
                        interpreter("clock-target"),
                        interpreter("clock-bystander"),
                        program("wall_clock.py"),
                        Long.toString(seed))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(conductor.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(conductor.waitFor()).isZero();
        return said;
    }

    private String interpreter(String name) throws Exception {
        return Files.createSymbolicLink(directory.resolve(name), Path.of("/usr/bin/python3"))
                .toString();
    }

    private String program(String name) throws Exception {
        Path file = directory.resolve(name);
        try (InputStream in = ClockStepIT.class.getResourceAsStream("/programs/" + name)) {
            Files.write(file, in.readAllBytes());
        }
        return file.toString();
    }
}
