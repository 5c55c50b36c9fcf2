package io.pidcap.coordinator.filter;

import io.pidcap.protocol.file.CaptureFileWriter;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.model.LinkType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The interfaces of the output. One that a later run opens again in the same way keeps its number. */
public final class OutputInterfaces {
    private final CaptureFileWriter output;
    private final List<InterfaceDescription> known = new ArrayList<>();

    OutputInterfaces(CaptureFileWriter output) {
        this.output = output;
    }

    /** Its number in the output, new or known. */
    int numberOf(InterfaceDescription description) throws IOException {
        int number = known.indexOf(description);
        if (number < 0) {
            number = output.addInterface(description);
            known.add(description);
        }
        return number;
    }

    /**
     * Whether a classic pcap file, which has one link type for all its packets, can hold these interfaces.
     *
     * @return why not, with what to do, in one line; empty if it can
     */
    public static Optional<String> pcapRefusal(List<InterfaceDescription> interfaces) {
        Map<LinkType, List<String>> names = new LinkedHashMap<>();
        for (InterfaceDescription one : interfaces) {
            names.computeIfAbsent(one.linkType(), type -> new ArrayList<>()).add(one.name());
        }
        if (names.size() < 2) {
            return Optional.empty();
        }
        List<String> kinds = new ArrayList<>();
        names.forEach((type, of) -> kinds.add(type + " (" + String.join(", ", of) + ")"));
        return Optional.of("a pcap file holds packets of one link type, and these interfaces have "
                + String.join(", ", kinds) + ": write to a .pcapng file, or capture on `any`");
    }
}
