package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.output.StreamOutput;
import io.pidcap.coordinator.session.SessionConfig;
import io.pidcap.coordinator.session.SessionId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that {@code run}, {@code capture} and {@code start} share: how to capture, and into which file. */
final class CaptureOptions {
    /** Size at which a segment of the spool ends; for tests that want many. */
    private static final String SEGMENT_BYTES_PROPERTY = "pidcap.spool.segmentBytes";

    /** Length at which a journal is compacted; for tests that want it often. */
    private static final String JOURNAL_BYTES_PROPERTY = "pidcap.journal.bytes";

    @Option(
            names = {"-w", "--write"},
            paramLabel = "FILE",
            description = "Write the packets to FILE: pcapng, or pcap if it ends in .pcap. "
                    + "With `capture`, - is standard output, for a program that reads pcapng, and FILE may be a named "
                    + "pipe. Default: `capture` prints "
                    + "the packets, the others write NAME-DATE-TIME.pcapng in the current directory.")
    @Nullable
    Path output;

    @Mixin
    final StyleOptions style = new StyleOptions();

    @Mixin
    final RotationOptions rotation = new RotationOptions();

    @Option(names = "--force", description = "Replace FILE if it is there.")
    boolean force;

    @Option(
            names = "--keep-all",
            description =
                    "Keep the packets of all processes in the session's directory, so that `pidcap filter SESSION` "
                            + "can pick others afterwards. Disk use grows with all that is captured.")
    boolean keepAll;

    @Option(
            names = {"-i", "--interface"},
            paramLabel = "IF",
            split = ",",
            description = "Capture on this interface; may be given several times. Default: any, which is all of them.")
    List<String> interfaces = new ArrayList<>();

    @Option(
            names = {"-f", "--filter"},
            paramLabel = "EXPR",
            description = "Capture only what matches this expression of pcap-filter(7), such as 'tcp port 443'.")
    String filter = "";

    @Option(
            names = "--prefilter",
            description = "Have the kernel drop packets that are known to be of other processes only, before they are "
                    + "copied: for heavy traffic of which little is wanted. Needs eBPF; see `pidcap doctor`.")
    boolean prefilter;

    @Option(
            names = {"-s", "--snaplen"},
            paramLabel = "BYTES",
            description =
                    "Keep at most so many bytes of each packet, 1 to 262144. Default, as with 0: ${DEFAULT-VALUE}, whole packets.")
    int snaplen = SessionConfig.MAX_SNAPLEN_BYTES;

    @Option(
            names = "--promiscuous",
            description = "Also see packets on the wire that are not for this host. Default: off.")
    boolean promiscuous;

    @Option(
            names = {"-B", "--buffer"},
            paramLabel = "SIZE",
            converter = Units.Bytes.class,
            description = "Kernel buffer for each interface, such as 64M. Default: 64M.")
    long bufferBytes = SessionConfig.DEFAULT_BUFFER_BYTES;

    @Option(
            names = "--events",
            paramLabel = "SOURCE",
            description =
                    "How to learn which process owns a flow: ${COMPLETION-CANDIDATES}. Default: auto, the best of this host.")
    EventsChoice events = EventsChoice.auto;

    @Option(
            names = "--poll-interval",
            paramLabel = "TIME",
            converter = Units.Millis.class,
            description = "How often a source that polls looks, such as 20ms. Default: 20ms.")
    long pollIntervalMillis = SessionConfig.DEFAULT_POLL_INTERVAL_MILLIS;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            converter = Units.Millis.class,
            description = "Stop after this time, such as 10s, 5m or 1h. Default: no limit.")
    long durationMillis;

    @Option(
            names = {"-c", "--packets"},
            paramLabel = "N",
            description = "Stop once N packets are kept, exactly so many. Default: no limit.")
    long packetLimit;

    /** Names as they are typed. */
    enum EventsChoice {
        auto,
        proc,
        ebpf,
        iphelper,
        windivert
    }

    /**
     * A filter expression may also stand behind the options.
     *
     * @throws SessionException there are two
     */
    void filterIs(FilterWords words) {
        filter = words.orOption(filter);
    }

    /**
     * @param targets checked
     * @throws SessionException an option's value makes no sense
     */
    SessionConfig toConfig(TargetOptions targets) {
        return toConfig(targets, target(targets.subject()));
    }

    /**
     * The same for packets that go to standard output or a named pipe.
     *
     * @param targets checked
     */
    SessionConfig toLiveConfig(TargetOptions targets) {
        Path stream = output == null || isToStandardOutput()
                ? StreamOutput.STANDARD_OUTPUT
                : output.toAbsolutePath().normalize();
        if (style.split || rotation.isAskedFor()) {
            throw new SessionException(
                    Kind.USAGE,
                    (style.split ? "--split" : "-C, -G and -W") + ": " + StreamOutput.nameOf(stream)
                            + " is not several files",
                    "name a file" + (style.split ? " or a directory" : "") + " with -w");
        }
        return toConfig(targets, stream);
    }

    private SessionConfig toConfig(TargetOptions targets, Path target) {
        return toConfig(
                targets.subject(),
                targets.names,
                targets.executablePatterns(),
                targets.pids,
                targets.userIds(),
                targets.children,
                target);
    }

    /** Of one process and its children; the session and its default file are named after {@code subject}. */
    SessionConfig toConfig(String subject, int pid) {
        return toConfig(subject, List.of(), List.of(), List.of(pid), List.of(), true, target(subject));
    }

    private SessionConfig toConfig(
            String subject,
            List<String> names,
            List<String> executables,
            List<Integer> pids,
            List<Long> userIds,
            boolean children,
            Path target) {
        requireRange("--snaplen", snaplen, 0, SessionConfig.MAX_SNAPLEN_BYTES);
        requireRange("--buffer", bufferBytes, 1 << 16, 1 << 30);
        requireRange("--poll-interval (in ms)", pollIntervalMillis, 1, 60_000);
        requireRange("--packets", packetLimit, 0, Long.MAX_VALUE);
        InvokingUser user = InvokingUser.current();
        return new SessionConfig(
                subject,
                interfaces.isEmpty() ? List.of(SessionConfig.ANY_INTERFACE) : interfaces,
                names,
                executables,
                pids,
                userIds,
                children,
                target,
                style.style(target, rotation.rotation(output)),
                force,
                keepAll,
                snaplen == 0 ? SessionConfig.MAX_SNAPLEN_BYTES : snaplen,
                promiscuous,
                (int) bufferBytes,
                filter,
                checkedPrefilter(names.isEmpty() && executables.isEmpty() && pids.isEmpty() && userIds.isEmpty()),
                SessionConfig.Events.valueOf(events.name().toUpperCase(Locale.ROOT)),
                (int) pollIntervalMillis,
                Long.getLong(SEGMENT_BYTES_PROPERTY, SessionConfig.DEFAULT_SEGMENT_BYTES),
                Long.getLong(JOURNAL_BYTES_PROPERTY, SessionConfig.DEFAULT_JOURNAL_BYTES),
                durationMillis,
                packetLimit,
                user.userId(),
                user.groupId());
    }

    private boolean checkedPrefilter(boolean keepsEverything) {
        if (!prefilter) {
            return false;
        }
        if (keepsEverything) {
            throw new SessionException(
                    Kind.USAGE,
                    "--prefilter: without a selection there is nothing to drop",
                    "leave it out, or name a process");
        }
        if (!filter.isEmpty()) {
            throw new SessionException(
                    Kind.USAGE,
                    "--prefilter and --filter: a packet socket has one filter only",
                    "leave out one of them");
        }
        if (keepAll) {
            throw new SessionException(
                    Kind.USAGE,
                    "--prefilter and --keep-all: what the kernel drops cannot be kept",
                    "leave out one of them");
        }
        if (events != EventsChoice.auto && events != EventsChoice.ebpf) {
            throw new SessionException(
                    Kind.USAGE,
                    "--prefilter and --events=" + events
                            + ": only the exact source (eBPF) knows in time whose a packet is",
                    "leave out one of them");
        }
        return true;
    }

    /** Of packets that are written to standard output. */
    boolean isToStandardOutput() {
        return output != null && output.toString().equals("-");
    }

    /** Of packets that are written to a pipe in the file system. */
    boolean isToNamedPipe() {
        return output != null && StreamOutput.isNamedPipe(output);
    }

    private Path target(String subject) {
        if (isToStandardOutput()) {
            throw new SessionException(
                    Kind.USAGE,
                    "-w -: only `pidcap capture` writes packets to standard output, which `run` leaves to its command "
                            + "and nobody reads in the background",
                    "name a file with -w");
        }
        if (isToNamedPipe()) {
            throw new SessionException(
                    Kind.USAGE,
                    "-w " + output + ": only `pidcap capture` writes packets to a named pipe",
                    "name a file with -w");
        }
        Path chosen = output == null
                ? Path.of(SessionId.outputName(LocalDateTime.now(ZoneId.systemDefault()), subject))
                : output;
        return checkedOutput(chosen, style.split);
    }

    /**
     * Absolute.
     *
     * @param split a directory will do
     * @throws SessionException it is a directory
     */
    static Path checkedOutput(Path chosen, boolean split) {
        Path absolute = chosen.toAbsolutePath().normalize();
        if (absolute.getFileName() == null || (!split && Files.isDirectory(absolute))) {
            throw new SessionException(
                    Kind.OUTPUT,
                    "write " + chosen + ": it is a directory",
                    "name a file in it with -w, or add --split");
        }
        return absolute;
    }

    static void requireRange(String option, long value, long from, long to) {
        if (value < from || value > to) {
            throw new SessionException(Kind.USAGE, option + " is " + value + ": it must be " + from + " to " + to, "");
        }
    }
}
