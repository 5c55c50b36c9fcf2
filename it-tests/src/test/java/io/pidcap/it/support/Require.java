package io.pidcap.it.support;

import io.pidcap.host.HostBackends;
import io.pidcap.protocol.model.HostFeature;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;

/**
 * Something a test needs of the host. Where it is missing the test is skipped with the reason, unless the system property
 * {@code pidcap.require} names it (a comma-separated list): then the test fails.
 */
public enum Require {
    ROOT,
    NETNS,
    TSHARK,
    TCPDUMP,
    PYTHON3,
    NFT,
    TC,
    CC,
    CLANG,
    EBPF,
    /** Packets can be filtered in the kernel. */
    PREFILTER,
    /** The wall clock can be set. */
    CLOCK,
    /** The pid of the next process can be chosen. */
    PIDS,
    /** Files can be mounted as file systems of ext4. */
    EXT4,
    /** Files can be mounted as file systems of btrfs, which have quotas. */
    BTRFS,
    /** Compiles programs for Windows. */
    MINGW,
    /** Runs them. */
    WINE,
    /** A Docker daemon answers, which runs on this machine. */
    DOCKER;

    /** Skips or fails the running test if the host lacks one of these. */
    public static void all(Require... wanted) {
        Set<String> mandatory = Set.of(System.getProperty("pidcap.require", "").split(","));
        for (Require one : wanted) {
            Optional<String> reason = one.problem();
            if (reason.isPresent() && mandatory.contains(one.word())) {
                throw new AssertionError(one.word() + " is required here, but: " + reason.get());
            }
            Assumptions.assumeTrue(reason.isEmpty(), () -> one.word() + ": " + reason.orElseThrow());
        }
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    private Optional<String> problem() {
        return switch (this) {
            case ROOT -> isRoot() ? Optional.empty() : Optional.of("not root: packets cannot be captured");
            case NETNS -> failure("unshare --net", "unshare", "--net", "true");
            case CLOCK -> cannotSetClock();
            case PIDS -> cannotChoosePids();
            case EXT4 -> cannotMountFilesAs("ext4");
            case BTRFS -> cannotMountFilesAs("btrfs");
            case DOCKER -> DockerDaemon.problem();
            case EBPF -> lacks("events-exact");
            case PREFILTER -> lacks("prefilter");
            case MINGW -> missing("x86_64-w64-mingw32-gcc");
            case TSHARK, TCPDUMP, PYTHON3, NFT, TC, CC, CLANG, WINE -> missing(word());
        };
    }

    private static Optional<String> lacks(String feature) {
        List<HostFeature> found = HostBackends.forThisHost().probeEventFeatures();
        return found.stream()
                        .anyMatch(each -> each.name().equals(feature)
                                && each.availability() == HostFeature.Availability.AVAILABLE)
                ? Optional.empty()
                : Optional.of(feature + ": " + found);
    }

    private static boolean isRoot() {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static Optional<String> missing(String command) {
        List<String> folders = List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator));
        boolean found = folders.stream().anyMatch(f -> Files.isExecutable(Path.of(f, command)))
                || Files.isExecutable(Path.of("/usr/sbin", command));
        return found ? Optional.empty() : Optional.of("the command " + command + " is not installed");
    }

    private static Optional<String> cannotMountFilesAs(String kind) {
        return missing("mkfs." + kind)
                .or(() -> failure("find a loop device", "losetup", "-f"))
                .or(() -> isKnownToKernel(kind) ? Optional.empty() : failure("load " + kind, "modprobe", kind));
    }

    private static boolean isKnownToKernel(String kind) {
        try {
            return Files.readAllLines(Path.of("/proc/filesystems")).stream()
                    .anyMatch(line -> line.endsWith("\t" + kind));
        } catch (IOException e) {
            return false;
        }
    }

    /** Sets it to what it shows. */
    private static Optional<String> cannotSetClock() {
        return failure(
                "clock_settime",
                "python3",
                "-Ic",
                "import time; time.clock_settime_ns(time.CLOCK_REALTIME, time.time_ns())");
    }

    private static Optional<String> cannotChoosePids() {
        Path file = Path.of("/proc/sys/kernel/ns_last_pid");
        return Files.isWritable(file) ? Optional.empty() : Optional.of(file + " cannot be written");
    }

    private static Optional<String> failure(String what, String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? Optional.empty() : Optional.of(what + ": " + said.strip());
        } catch (IOException e) {
            return Optional.of(command[0] + ": " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }
}
