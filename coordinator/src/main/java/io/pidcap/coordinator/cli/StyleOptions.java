package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.output.OutputFormat;
import io.pidcap.coordinator.output.OutputStyle;
import io.pidcap.coordinator.output.Rotation;
import io.pidcap.protocol.file.Annotation;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How packets are written and what is said of them; for all commands that write a capture file. */
final class StyleOptions {
    @Option(
            names = "--annotate",
            paramLabel = "HOW",
            description = "What a pcapng file says of the processes of its packets: ${COMPLETION-CANDIDATES}. "
                    + "Default: all, a comment for each packet, and the same in numbers.")
    @Nullable
    AnnotationChoice annotate;

    @Option(
            names = "--with-args",
            description = "Say in the comments also what the processes execute, and with which arguments; "
                    + "passwords may be among them.")
    boolean withArguments;

    @Option(
            names = "--time-stamp-precision",
            paramLabel = "UNIT",
            description = "Of the times in a pcap file: ${COMPLETION-CANDIDATES}. Default: nano, as always in pcapng.")
    PrecisionChoice precision = PrecisionChoice.nano;

    @Option(
            names = "--split",
            description = "Write a file for each process name: FILE-NAME.pcapng, or, if FILE is a directory, "
                    + "FILE/NAME.pcapng. A packet of two names is in both files.")
    boolean split;

    /** Names as they are typed. */
    enum AnnotationChoice {
        all,
        comment,
        none
    }

    /** Names as they are typed, those of tcpdump. */
    enum PrecisionChoice {
        nano,
        micro
    }

    /** @throws SessionException {@code output} cannot be like this */
    OutputStyle style(Path output) {
        return style(output, Rotation.NONE);
    }

    /** @throws SessionException {@code output} cannot be like this */
    OutputStyle style(Path output, Rotation rotation) {
        boolean microseconds = precision == PrecisionChoice.micro;
        if (microseconds && OutputFormat.of(output) != OutputFormat.PCAP) {
            throw new SessionException(
                    Kind.USAGE,
                    "--time-stamp-precision=micro: the times in a pcapng file are in nanoseconds",
                    "name a file that ends in .pcap with -w");
        }
        if (withArguments && annotate == AnnotationChoice.none) {
            throw new SessionException(Kind.USAGE, "--with-args and --annotate=none contradict each other", "");
        }
        if (split && rotation.rotates()) {
            throw new SessionException(
                    Kind.USAGE,
                    "--split and -C or -G: a file for each process name cannot be one after the other",
                    "leave out one of them");
        }
        return new OutputStyle(annotation(output), withArguments, microseconds, split, rotation);
    }

    private Annotation annotation(Path output) {
        if (annotate == null) {
            return OutputFormat.of(output) == OutputFormat.PCAP ? Annotation.NONE : Annotation.ALL;
        }
        return Annotation.valueOf(annotate.name().toUpperCase(Locale.ROOT));
    }
}
