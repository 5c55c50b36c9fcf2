package io.pidcap.it.windows;

import io.pidcap.host.windows.DivertEvent;
import io.pidcap.host.windows.StandIns;
import io.pidcap.it.windows.CraftedPacket.Ends;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What happens on a Windows host, line by line, and beside each packet whose it is:
 *
 * <pre>
 * process PID NAME [now]                     runs, since long ago or since now
 * end PID
 * table TABLE STATE ENDS PID [now]           a row of IP Helper: tcp4, tcp6, udp4, udp6
 * untable TABLE ENDS PID
 * event NAME ENDPOINT PID PROTOCOL ENDS [-MILLIS] [noflags]   a record of WinDivert, stamped so long ago
 * watch                                      the session begins
 * settle                                     waits until the session knows all that has happened
 * age                                        waits until what is closed is long closed, and who has ended is missed
 * packet PROTOCOL SENDER>RECEIVER = OWNER…   or nobody
 * </pre>
 *
 * Events that follow each other are told in one go; whatever follows them happens when the session knows them.
 */
final class Script {
    private static final Map<String, Integer> EVENTS = Map.of(
            "established", DivertEvent.ESTABLISHED,
            "deleted", DivertEvent.DELETED,
            "bind", DivertEvent.BIND,
            "connect", DivertEvent.CONNECT,
            "listen", DivertEvent.LISTEN,
            "accept", DivertEvent.ACCEPT,
            "close", DivertEvent.CLOSE);
    private static final long TICKS_PER_MILLI = 10_000;
    /** More than a second, for which a packet may come late to a port that is closed. */
    private static final long AGE_MILLIS = 1_500;

    private static final int FLAGS = 10;

    private final List<String> lines = new ArrayList<>();

    /** The owners of each packet, by its payload, in the order in which they were sent. */
    final Map<String, List<String>> truth = new LinkedHashMap<>();

    /** The session as a script sees it. */
    interface Stage {
        void watch() throws Exception;

        /** Returns when the session knows of all that happens until so long after now. */
        void settle(long afterMillis) throws Exception;

        void send(CraftedPacket packet) throws Exception;
    }

    static Script read(String name) throws IOException {
        Script script = new Script();
        InputStream text = Objects.requireNonNull(Script.class.getResourceAsStream(name), name);
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(text, StandardCharsets.UTF_8))) {
            reader.lines()
                    .map(line -> line.replaceFirst("#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .forEach(script.lines::add);
        }
        return script;
    }

    void play(StandIns windows, Stage stage) throws Exception {
        boolean unsettled = false;
        for (String line : lines) {
            String[] words = line.split("\\s+");
            if (words[0].equals("event")) {
                event(windows, words);
                unsettled = true;
                continue;
            }
            if (unsettled) {
                stage.settle(0);
                unsettled = false;
            }
            try {
                step(windows, stage, words);
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw new IllegalArgumentException(line, e);
            }
        }
        stage.settle(0);
    }

    private void step(StandIns windows, Stage stage, String[] words) throws Exception {
        switch (words[0]) {
            case "process" -> {
                boolean now = words.length > 3;
                long started = now ? WindowsHost.fileTime() : StandIns.NEW_YEAR;
                windows.process(Integer.parseInt(words[1]), 4, started, words[2], "C:\\Programme\\" + words[2]);
            }
            case "end" -> windows.end(Integer.parseInt(words[1]));
            case "table" -> {
                Ends ends = Ends.parse(words[3]);
                windows.socket(
                        words[1],
                        state(words[2]),
                        ends.local(),
                        ends.localPort(),
                        ends.remote(),
                        ends.remotePort(),
                        Integer.parseInt(words[4]),
                        words.length > 5 ? WindowsHost.fileTime() : StandIns.NEW_YEAR + 1);
            }
            case "untable" -> {
                Ends ends = Ends.parse(words[2]);
                windows.close(words[1], ends.localPort(), ends.remotePort(), Integer.parseInt(words[3]));
            }
            case "watch" -> stage.watch();
            case "settle" -> stage.settle(0);
            case "age" -> stage.settle(AGE_MILLIS);
            case "packet" -> packet(stage, words);
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    private static int state(String word) {
        return switch (word) {
            case "bound" -> 0;
            case "listen" -> 2;
            case "established" -> 5;
            default -> throw new IllegalArgumentException(word);
        };
    }

    private void packet(Stage stage, String[] words) throws Exception {
        String payload = String.format("packet-%03d", truth.size() + 1);
        truth.put(payload, Arrays.asList(words).subList(4, words.length));
        stage.send(new CraftedPacket(words[1], Ends.parse(words[2]), payload));
    }

    private static void event(StandIns windows, String[] words) {
        Ends ends = Ends.parse(words[5]);
        long ticks = WindowsHost.ticks();
        boolean flags = true;
        for (String option : Arrays.asList(words).subList(6, words.length)) {
            if (option.equals("noflags")) {
                flags = false;
            } else {
                ticks += Long.parseLong(option) * TICKS_PER_MILLI;
            }
        }
        int event = Objects.requireNonNull(EVENTS.get(words[1]), words[1]);
        byte[] record = DivertEvent.of(
                        event,
                        Long.parseLong(words[2]),
                        Integer.parseInt(words[3]),
                        protocol(words[4]),
                        ends.local(),
                        ends.localPort())
                .to(ends.remote(), ends.remotePort())
                .at(ticks)
                .bytes();
        if (!flags) {
            record[FLAGS] = 0;
        }
        windows.event(event <= DivertEvent.DELETED ? "flow.events" : "socket.events", record);
    }

    private static int protocol(String word) {
        return switch (word) {
            case "tcp" -> DivertEvent.TCP;
            case "udp" -> DivertEvent.UDP;
            case "icmp" -> 1;
            default -> throw new IllegalArgumentException(word);
        };
    }
}
