package io.pidcap.coordinator.output;

import io.pidcap.protocol.file.Annotation;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How packets are written, and what is said of them where the format has a place for it.
 *
 * @param annotation what it says of the processes of its packets
 * @param withArguments whether that is also what they execute, and their arguments
 * @param microseconds whether the times in a pcap file are cut to microseconds
 * @param split whether each process name has a file of its own; not with a rotation
 * @param rotation when one file ends and the next begins
 */
public record OutputStyle(
        Annotation annotation, boolean withArguments, boolean microseconds, boolean split, Rotation rotation) {
    /** In a pcap file it is as good as none. */
    public static final OutputStyle DEFAULT = new OutputStyle(Annotation.ALL, false, false, false, Rotation.NONE);

    public OutputStyle {
        if (split && rotation.rotates()) {
            throw new IllegalArgumentException("files for names and files for times are not one output");
        }
    }

    /** Why a file does not say all that was asked for; empty: it does. */
    public Optional<String> unmet(Path file) {
        boolean asked = annotation != Annotation.NONE || withArguments;
        return asked && OutputFormat.of(file) == OutputFormat.PCAP
                ? Optional.of("a pcap file has no place for whose its packets are: " + file
                        + " holds the packets alone, a .pcapng file would tell")
                : Optional.empty();
    }
}
