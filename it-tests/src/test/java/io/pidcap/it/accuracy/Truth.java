package io.pidcap.it.accuracy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Whose packets are, as the programs that made the traffic tell ({@code accuracy.py} says how). */
final class Truth {
    /** What belongs to no class of traffic. */
    static final int NO_CLASS = 0;

    private static final Pattern ADDRESS = Pattern.compile("(?:127\\.|10\\.|fdac::)(\\d+)[.:](\\d)[.:]\\d+");
    private static final int TARGETS = 1;

    private final SortedMap<Integer, String> names = new TreeMap<>();
    private final List<Rule> rules = new ArrayList<>();

    /** Who had an endpoint in {@code [from, until)} of the wall clock's nanoseconds. */
    private record Rule(
            int trafficClass, String protocol, String address, int port, long from, long until, boolean target) {
        boolean fits(WirePacket packet) {
            return from <= packet.epochNanos()
                    && packet.epochNanos() < until
                    && protocol.equals(packet.protocol())
                    && ((port == packet.sourcePort() && address.equals(packet.source()))
                            || (port == packet.destinationPort() && address.equals(packet.destination())));
        }
    }

    /** @param target whether a target has one of its ends */
    record Judgement(int trafficClass, boolean target) {}

    static Truth read(Path file) throws IOException {
        Truth truth = new Truth();
        for (JsonNode one : new ObjectMapper().readTree(Files.readString(file))) {
            int number = one.get("number").asInt();
            truth.names.put(number, one.get("name").asString());
            for (JsonNode rule : one.get("rules")) {
                truth.rules.add(new Rule(
                        number,
                        rule.get("protocol").asString(),
                        rule.get("address").asString(),
                        rule.get("port").asInt(),
                        rule.get("from").asLong(),
                        rule.get("until").asLong(),
                        rule.get("target").asBoolean()));
            }
        }
        return truth;
    }

    SortedMap<Integer, String> classes() {
        return names;
    }

    /** How many packets are no target's, of a class; of all classes where the name is empty. */
    long unwanted(List<WirePacket> packets, String className) {
        return packets.stream()
                .map(this::judge)
                .filter(judgement -> !judgement.target())
                .filter(judgement -> className.isEmpty() || className.equals(names.get(judgement.trafficClass())))
                .count();
    }

    /** A rule counts for more than the addresses. */
    Judgement judge(WirePacket packet) {
        for (Rule rule : rules) {
            if (rule.fits(packet)) {
                return new Judgement(rule.trafficClass(), rule.target());
            }
        }
        Judgement source = byAddress(packet.source());
        Judgement destination = byAddress(packet.destination());
        if (source == null || destination == null) {
            Judgement only = source == null ? destination : source;
            return only == null ? new Judgement(NO_CLASS, false) : only;
        }
        return new Judgement(source.trafficClass(), source.target() || destination.target());
    }

    private @Nullable Judgement byAddress(String address) {
        Matcher matcher = ADDRESS.matcher(address);
        if (!matcher.matches()) {
            return null;
        }
        int number = Integer.parseInt(matcher.group(1));
        return names.containsKey(number) ? new Judgement(number, Integer.parseInt(matcher.group(2)) == TARGETS) : null;
    }
}
