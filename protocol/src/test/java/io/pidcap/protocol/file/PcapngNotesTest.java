package io.pidcap.protocol.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.model.NotedProcess;
import io.pidcap.protocol.model.ProcessIdentity;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Judged by the file's bytes, read here without our reader, and by tshark. */
final class PcapngNotesTest {
    private static final SectionInfo INFO = new SectionInfo("amd64", "Linux 6.1", "pidcap 0.1.0", "");
    private static final InterfaceDescription ETH0 = new InterfaceDescription("eth0", LinkType.ETHERNET, 262144, "");
    private static final int DARWIN_PROCESS = 0x8000_0001;
    private static final int ENHANCED_PACKET = 6;
    private static final String[] NAMES = {
        "curl", "a b", "größe", "x=%\"y\"", "it's", "tab\there", "日本 \u0085", "", "😀"
    };
    private static final long SEED = System.nanoTime();

    /** A block as it stands in the file. */
    private record Block(int type, ByteBuffer body) {
        Map<Integer, byte[]> options(int offset) {
            Map<Integer, byte[]> options = new LinkedHashMap<>();
            int at = offset;
            while (at < body.limit()) {
                int code = Short.toUnsignedInt(body.getShort(at));
                byte[] value = new byte[Short.toUnsignedInt(body.getShort(at + 2))];
                if (code == 0) {
                    assertThat(at + 4).as("the end of the options").isEqualTo(body.limit());
                }
                body.get(at + 4, value);
                options.put(code, value);
                at += 4 + (value.length + 3) / 4 * 4;
            }
            return options;
        }
    }

    @TempDir
    Path directory;

    private Path path = Path.of("");

    @BeforeEach
    void name() {
        path = directory.resolve("test.pcapng");
    }

    @Test
    void shouldReferToProcessBlocksThatStandBefore() throws IOException {
        List<PacketNote> notes = notes(new Random(SEED), 500);
        write(notes, Annotation.ALL);
        List<Map.Entry<Integer, String>> processes = new ArrayList<>();
        int packet = 0;
        for (Block block : blocks()) {
            if (block.type() == DARWIN_PROCESS) {
                byte[] name = block.options(4).getOrDefault(2, new byte[0]);
                processes.add(Map.entry(block.body().getInt(0), new String(name, StandardCharsets.UTF_8)));
            } else if (block.type() == ENHANCED_PACKET) {
                PacketNote note = notes.get(packet);
                Map<Integer, byte[]> options = block.options(20 + (block.body().getInt(12) + 3) / 4 * 4);
                assertThat(referred(options.get(0x8001), processes))
                        .as("packet %d, seed %d", packet, SEED)
                        .isEqualTo(shown(note.process()));
                assertThat(referred(options.get(0x8003), processes)).isEqualTo(shown(note.peer()));
                byte[] number = options.get(8);
                assertThat(number == null ? null : word(number)).isEqualTo(pid(note.process()));
                assertThat(number == null || (number.length == 8 && number[4] + number[5] + number[6] + number[7] == 0))
                        .isTrue();
                byte[] flags = options.get(2);
                assertThat(flags == null ? 0 : word(flags)).isEqualTo(flags(note));
                packet++;
            }
        }
        assertThat(packet).isEqualTo(notes.size());
        assertThat(processes).as("each once").doesNotHaveDuplicates();
    }

    private static int flags(PacketNote note) {
        return switch (note.direction()) {
            case UNKNOWN -> 0;
            case INBOUND -> 1;
            case OUTBOUND -> 2;
        };
    }

    private static Map.@Nullable Entry<Integer, String> referred(
            byte @Nullable [] index, List<Map.Entry<Integer, String>> processes) {
        return index == null ? null : processes.get(word(index));
    }

    private static Map.@Nullable Entry<Integer, String> shown(@Nullable NotedProcess process) {
        return process == null ? null : Map.entry(process.identity().pid(), process.name());
    }

    private static @Nullable Integer pid(@Nullable NotedProcess process) {
        return process == null ? null : process.identity().pid();
    }

    private static int word(byte[] value) {
        return ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt(0);
    }

    @Test
    void shouldTellProcessesWithOnePidAndNameApart() throws IOException {
        NotedProcess first = new NotedProcess(new ProcessIdentity(7, 1), "x", null, List.of());
        NotedProcess second = new NotedProcess(new ProcessIdentity(7, 2), "x", null, List.of());
        write(List.of(note(first, null), note(second, null), note(first, second)), Annotation.ALL);
        assertThat(blocks().stream().filter(block -> block.type() == DARWIN_PROCESS))
                .hasSize(2);
    }

    @Test
    void shouldRepeatTheBlockOfAProcessThatWasForgotten() throws IOException {
        int processes = PcapngNotes.MOST_PROCESSES + 1;
        try (PcapngWriter writer = new PcapngWriter(
                Packet.create(path),
                path.toString(),
                INFO,
                CaptureFileWriter.LEAST_BUFFER_BYTES,
                Annotation.ALL,
                true)) {
            for (int pid = 1; pid <= processes; pid++) {
                writer.label(List.of(note(process(pid), null)));
            }
            writer.label(List.of(note(process(processes), null)));
            writer.label(List.of(note(process(1), null)));
        }
        List<Integer> pids = blocks().stream()
                .filter(block -> block.type() == DARWIN_PROCESS)
                .map(block -> block.body().getInt(0))
                .toList();
        assertThat(pids).hasSize(processes + 1).endsWith(processes, 1);
    }

    private static NotedProcess process(int pid) {
        return new NotedProcess(new ProcessIdentity(pid, 0), "x", null, List.of());
    }

    private static PacketNote note(NotedProcess process, @Nullable NotedProcess peer) {
        return new PacketNote(process, "snapshot", peer, PacketNote.Direction.UNKNOWN);
    }

    @ParameterizedTest
    @EnumSource
    void shouldSayAsMuchAsIsAskedFor(Annotation annotation) throws IOException {
        write(notes(new Random(SEED), 50), annotation);
        List<Block> blocks = blocks();
        assertThat(blocks.stream().anyMatch(block -> block.type() == DARWIN_PROCESS))
                .isEqualTo(annotation == Annotation.ALL);
        try (PcapngReader reader = PcapngReader.open(path)) {
            while (reader.next()) {
                assertThat(reader.comment() != null).isEqualTo(annotation != Annotation.NONE);
            }
        }
    }

    @Test
    void shouldEncodeValuesSoThatTheyCanBeDecoded() {
        for (PacketNote note : notes(new Random(SEED), 2000)) {
            Map<String, String> pairs = new HashMap<>();
            for (String pair : NoteText.of(note, true).split(" ", -1)) {
                String[] keyAndValue = pair.split("=", -1);
                assertThat(keyAndValue).as(pair).hasSize(2);
                assertThat(keyAndValue[1]).doesNotContainPattern("[\\p{Cntrl}\\p{Z}\"']");
                pairs.put(
                        keyAndValue[0], URLDecoder.decode(keyAndValue[1].replace("+", "%2B"), StandardCharsets.UTF_8));
            }
            assertThat(pairs).as("seed " + SEED).isEqualTo(expectedPairs(note));
        }
    }

    private static Map<String, String> expectedPairs(PacketNote note) {
        Map<String, String> expected = new HashMap<>(Map.of("reason", note.reason()));
        NotedProcess process = note.process();
        NotedProcess peer = note.peer();
        if (process != null) {
            expected.put("process", process.name());
            expected.put("pid", Integer.toString(process.identity().pid()));
            if (process.executable() != null) {
                expected.put("exe", process.executable());
            }
            if (!process.arguments().isEmpty()) {
                expected.put("args", String.join(" ", process.arguments()));
            }
        }
        if (peer != null) {
            expected.put("peer", peer.name());
            expected.put("peer_pid", Integer.toString(peer.identity().pid()));
        }
        return expected;
    }

    @Test
    void shouldHaveTheAgreedForm() {
        NotedProcess curl = new NotedProcess(
                new ProcessIdentity(42, 1), "my curl", "/opt/my curl", List.of("curl", "-H", "a: \"b\""));
        NotedProcess server = new NotedProcess(new ProcessIdentity(7, 1), "größe", "/not/told", List.of("not told"));
        assertThat(NoteText.of(new PacketNote(curl, "socket event", server, PacketNote.Direction.INBOUND), true))
                .isEqualTo("process=my%20curl pid=42 reason=socket%20event peer=größe peer_pid=7"
                        + " exe=/opt/my%20curl args=curl%20-H%20a:%20%22b%22");
        assertThat(NoteText.of(new PacketNote(null, "unknown", null, PacketNote.Direction.UNKNOWN), true))
                .isEqualTo("reason=unknown");
        assertThat(NoteText.of(note(curl, null), false)).isEqualTo("process=my%20curl pid=42 reason=snapshot");
    }

    @Test
    void shouldShortenArguments() {
        List<String> arguments = List.of("x".repeat(NoteText.MOST_ARGUMENT_CHARACTERS - 1) + "😀");
        NotedProcess process = new NotedProcess(new ProcessIdentity(1, 1), "x", null, arguments);
        assertThat(NoteText.of(note(process, null), true))
                .endsWith(" args=" + "x".repeat(NoteText.MOST_ARGUMENT_CHARACTERS - 1));
    }

    @Test
    void shouldBeReadByTshark() throws Exception {
        List<PacketNote> notes = notes(new Random(SEED), 200);
        write(notes, Annotation.ALL);
        String text = RequiredTool.run(
                "tshark",
                "tshark",
                "-r",
                path.toString(),
                "-T",
                "fields",
                "-e",
                "frame.comment",
                "-e",
                "frame.packet_flags_direction");
        List<String> expected = notes.stream()
                .map(note -> NoteText.of(note, true) + "\t" + directionOf(note))
                .toList();
        assertThat(text.lines().toList()).as("seed " + SEED).isEqualTo(expected);
    }

    private static String directionOf(PacketNote note) {
        return flags(note) == 0 ? "" : String.format("0x%08x", flags(note));
    }

    private static List<PacketNote> notes(Random random, int count) {
        List<PacketNote> notes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            NotedProcess process = random.nextInt(8) == 0 ? null : process(random);
            NotedProcess peer = process == null || random.nextBoolean() ? null : process(random);
            PacketNote.Direction[] directions = PacketNote.Direction.values();
            notes.add(new PacketNote(
                    process,
                    process == null ? "unknown" : "socket event",
                    peer,
                    directions[random.nextInt(directions.length)]));
        }
        return notes;
    }

    private static NotedProcess process(Random random) {
        int pid = 1 + random.nextInt(20);
        String name = NAMES[random.nextInt(NAMES.length)];
        boolean detailed = random.nextInt(4) == 0;
        return new NotedProcess(
                new ProcessIdentity(pid, 5),
                name,
                detailed ? "/usr/bin/" + name : null,
                detailed ? List.of(name, "-x", "https://host/?a=b&c=%20") : List.of());
    }

    private void write(List<PacketNote> notes, Annotation annotation) throws IOException {
        try (PcapngWriter writer = new PcapngWriter(
                Packet.create(path), path.toString(), INFO, CaptureFileWriter.LEAST_BUFFER_BYTES, annotation, true)) {
            writer.addInterface(ETH0);
            for (int i = 0; i < notes.size(); i++) {
                byte[] bytes = new byte[i % 90];
                writer.write(
                        0,
                        1_700_000_000L * 1_000_000_000,
                        90,
                        ByteBuffer.wrap(bytes),
                        writer.label(List.of(notes.get(i))));
            }
        }
    }

    private List<Block> blocks() throws IOException {
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.nativeOrder());
        List<Block> blocks = new ArrayList<>();
        while (file.hasRemaining()) {
            int at = file.position();
            int length = file.getInt(at + 4);
            assertThat(file.getInt(at + length - 4)).isEqualTo(length);
            blocks.add(
                    new Block(file.getInt(at), file.slice(at + 8, length - 12).order(ByteOrder.nativeOrder())));
            file.position(at + length);
        }
        return blocks;
    }
}
