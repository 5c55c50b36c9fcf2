package io.pidcap.coordinator.reading;

import io.pidcap.protocol.file.CaptureFileReader;
import io.pidcap.protocol.file.PacketAnnotations;
import io.pidcap.protocol.file.PcapngReader;
import io.pidcap.protocol.file.SectionInfo;
import java.util.ArrayList;
import java.util.List;

/** Counts what the other format has no place for. */
final class ConversionLosses {
    private long comments;
    private long processes;
    private long otherOptions;
    private long cutTimes;
    private long longPackets;
    private long unplacedTimes;

    void annotations(PacketAnnotations annotations) {
        comments += annotations.comments().size();
        processes += annotations.processId() >= 0 || annotations.process() != null ? 1 : 0;
        otherOptions += annotations.otherOptions();
    }

    /** A time was finer than what was written of it. */
    void cutTime() {
        cutTimes++;
    }

    /** A packet was left out: too long for any capture. */
    void longPacket() {
        longPackets++;
    }

    /** A packet was left out: before 1970 or after 2106. */
    void unplacedTime() {
        unplacedTimes++;
    }

    /** One line for each kind. */
    List<String> lines(CaptureFileReader input, boolean toPcap) {
        List<String> lines = new ArrayList<>();
        add(lines, longPackets, "packets longer than a capture file may hold, left out");
        add(lines, unplacedTimes, "packets with a time before 1970 or too late for the format, left out");
        add(lines, cutTimes, "times cut to microseconds");
        add(lines, comments, "comments of packets");
        add(lines, processes, "packets' options that name a process");
        add(lines, otherOptions, "other options of packets");
        if (toPcap && input instanceof PcapngReader pcapng) {
            add(
                    lines,
                    pcapng.interfaces().stream()
                            .filter(one ->
                                    !one.name().isEmpty() || !one.filter().isEmpty())
                            .count(),
                    "interfaces' names and filters");
            add(lines, pcapng.statistics().size(), "interfaces' statistics");
            add(lines, isTold(pcapng) ? 1 : 0, "section's description");
            add(lines, pcapng.skippedBlocks(), "blocks of other kinds");
        }
        return lines;
    }

    private static boolean isTold(PcapngReader pcapng) {
        SectionInfo section = pcapng.section();
        return !(section.hardware() + section.system() + section.application() + section.comment()).isEmpty();
    }

    private static void add(List<String> lines, long count, String what) {
        if (count > 0) {
            lines.add(count + " " + what);
        }
    }
}
