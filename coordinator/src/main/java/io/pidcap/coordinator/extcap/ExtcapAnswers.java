package io.pidcap.coordinator.extcap;

import io.pidcap.protocol.model.InterfaceInfo;
import java.util.ArrayList;
import java.util.List;

/** The answers to Wireshark's questions, each a list of lines. */
public final class ExtcapAnswers {
    /** What Wireshark calls the interface, in its preferences too: {@code extcap.pidcap.OPTION}. */
    public static final String INTERFACE = "pidcap";

    private static final String DISPLAY = "pidcap: packets of a process";

    /** LINKTYPE_LINUX_SLL2, which the interface {@code any} has. The file tells it for each interface. */
    private static final int LINK_TYPE = 276;

    private static final String ANY_INTERFACE = "any";

    private static final String PROCESSES = "Processes";
    private static final String PACKETS = "Packets";
    private static final int PROCESS_ARGUMENT = 0;
    private static final int INTERFACE_ARGUMENT = 3;
    private static final int ANNOTATE_ARGUMENT = 7;

    private ExtcapAnswers() {}

    /** To {@code --extcap-interfaces}. */
    public static List<String> interfaces(String version) {
        return lines(
                Sentence.of("extcap").with("version", version).with("display", "pidcap"),
                Sentence.of("interface").with("value", INTERFACE).with("display", DISPLAY));
    }

    /** To {@code --extcap-dlts}. */
    public static List<String> linkTypes() {
        return lines(Sentence.of("dlt")
                .with("number", LINK_TYPE)
                .with("name", "LINUX_SLL2")
                .with("display", "As each interface has it"));
    }

    /**
     * To {@code --extcap-config}.
     *
     * @param maxSnaplenBytes also what is kept of a packet unless something else is asked for
     */
    public static List<String> options(
            List<ProcessPicker.Entry> processes, List<InterfaceInfo> interfaces, int maxSnaplenBytes) {
        List<Sentence> sentences = new ArrayList<>(List.of(
                argument(PROCESS_ARGUMENT, "--process", "Running processes", "selector", PROCESSES)
                        .with("reload", "true")
                        .with("placeholder", "List them anew")
                        .with("tooltip", "Whose packets are kept"),
                argument(1, "--name", "Programs by name", "string", PROCESSES)
                        .with(
                                "tooltip",
                                "More programs, also those that start later: names or patterns such as "
                                        + "chrom*, divided by commas"),
                argument(2, "--children", "Their child processes too", "boolflag", PROCESSES)
                        .with("default", "false"),
                argument(INTERFACE_ARGUMENT, "--interface", "Interface", "selector", PACKETS)
                        .with("tooltip", "Where the packets are captured"),
                argument(4, "--snaplen", "Bytes kept of each packet", "unsigned", PACKETS)
                        .with("range", "1," + maxSnaplenBytes)
                        .with("default", maxSnaplenBytes),
                argument(5, "--promiscuous", "Promiscuous mode", "boolflag", PACKETS)
                        .with("default", "false")
                        .with("tooltip", "Also see packets on the wire that are not for this host"),
                argument(6, "--prefilter", "Drop packets of others in the kernel", "boolflag", PACKETS)
                        .with("default", "false")
                        .with("tooltip", "For heavy traffic of which little is wanted; not with a capture filter"),
                argument(ANNOTATE_ARGUMENT, "--annotate", "What packets tell of their process", "selector", PACKETS),
                argument(8, "--with-args", "Tell paths and arguments too", "boolflag", PACKETS)
                        .with("default", "false")
                        .with("tooltip", "Passwords may be among them")));
        sentences.addAll(processValues(processes));
        sentences.addAll(interfaceValues(interfaces));
        sentences.addAll(List.of(
                value(ANNOTATE_ARGUMENT, "all", "A comment, and numbers for filters", true),
                value(ANNOTATE_ARGUMENT, "comment", "A comment", false),
                value(ANNOTATE_ARGUMENT, "none", "Nothing", false)));
        return lines(sentences.toArray(Sentence[]::new));
    }

    /** To {@code --extcap-config --extcap-reload-option process}. */
    public static List<String> processes(List<ProcessPicker.Entry> processes) {
        return lines(processValues(processes).toArray(Sentence[]::new));
    }

    private static List<Sentence> processValues(List<ProcessPicker.Entry> processes) {
        List<Sentence> values = new ArrayList<>();
        values.add(value(PROCESS_ARGUMENT, ProcessChoice.ALL.toString(), "All, or those named below", true));
        processes.forEach(
                entry -> values.add(value(PROCESS_ARGUMENT, entry.choice().toString(), entry.display(), false)));
        return values;
    }

    private static List<Sentence> interfaceValues(List<InterfaceInfo> interfaces) {
        List<Sentence> values = new ArrayList<>();
        values.add(value(INTERFACE_ARGUMENT, ANY_INTERFACE, "any: all of them", true));
        for (InterfaceInfo each : interfaces) {
            if (!each.name().equals(ANY_INTERFACE)) {
                values.add(value(INTERFACE_ARGUMENT, each.name(), display(each), false));
            }
        }
        return values;
    }

    private static String display(InterfaceInfo info) {
        StringBuilder text = new StringBuilder(info.name());
        if (!info.addresses().isEmpty()) {
            text.append(": ").append(info.addresses().get(0).address());
        }
        return info.up() ? text.toString() : text.append(" (down)").toString();
    }

    private static Sentence argument(int number, String call, String display, String type, String group) {
        return Sentence.of("arg")
                .with("number", number)
                .with("call", call)
                .with("display", display)
                .with("type", type)
                .with("group", group);
    }

    private static Sentence value(int argument, String value, String display, boolean chosen) {
        return Sentence.of("value")
                .with("arg", argument)
                .with("value", value)
                .with("display", display)
                .with("default", Boolean.toString(chosen));
    }

    private static List<String> lines(Sentence... sentences) {
        return List.of(sentences).stream().map(Sentence::toString).toList();
    }
}
