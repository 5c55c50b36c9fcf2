package io.pidcap.coordinator.extcap;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.protocol.model.InterfaceInfo;
import io.pidcap.protocol.model.IpAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExtcapAnswersTest {
    private static final int SNAPLEN = 262_144;
    private static final List<InterfaceInfo> INTERFACES = List.of(
            new InterfaceInfo("any", "", List.of(), List.of(), true, true, false),
            new InterfaceInfo(
                    "lo",
                    "",
                    List.of(new InterfaceInfo.Address(IpAddress.ofIpv4(0x7f000001), 8)),
                    List.of(),
                    true,
                    true,
                    true),
            new InterfaceInfo("eth0", "", List.of(), List.of(), false, false, false));

    private static List<String> optionsWith(ProcessPicker.Entry... entries) {
        return ExtcapAnswers.options(List.of(entries), INTERFACES, SNAPLEN);
    }

    @Test
    void shouldListOneInterface() {
        List<String> lines = ExtcapAnswers.interfaces("1.2.3");
        assertThat(lines).extracting(WiresharkGrammar::word).containsExactly("extcap", "interface");
        assertThat(WiresharkGrammar.parameters(lines.get(0))).containsEntry("version", "1.2.3");
        assertThat(WiresharkGrammar.parameters(lines.get(1)))
                .containsEntry("value", "pidcap")
                .containsEntry("display", "pidcap: packets of a process");
    }

    @Test
    void shouldTellALinkType() {
        assertThat(ExtcapAnswers.linkTypes()).hasSize(1);
        String line = ExtcapAnswers.linkTypes().get(0);
        assertThat(WiresharkGrammar.word(line)).isEqualTo("dlt");
        assertThat(WiresharkGrammar.parameters(line).keySet()).containsExactly("number", "name", "display");
    }

    @Test
    void shouldTellEachOptionBeforeItsValues() {
        List<String> lines = optionsWith(new ProcessPicker.Entry(ProcessChoice.named("curl"), "curl (pid 7)"));
        Map<String, String> typeByNumber = new HashMap<>();
        Map<String, Integer> chosen = new HashMap<>();
        for (String line : lines) {
            Map<String, String> parameters = WiresharkGrammar.parameters(line);
            if (WiresharkGrammar.word(line).equals("arg")) {
                assertThat(parameters).containsKeys("number", "call", "display", "type", "group");
                assertThat(typeByNumber.put(parameters.get("number"), parameters.get("type")))
                        .isNull();
            } else {
                assertThat(WiresharkGrammar.word(line)).isEqualTo("value");
                assertThat(parameters).containsKeys("value", "display");
                assertThat(typeByNumber).containsEntry(parameters.get("arg"), "selector");
                chosen.merge(parameters.get("arg"), "true".equals(parameters.get("default")) ? 1 : 0, Integer::sum);
            }
        }
        assertThat(typeByNumber).hasSize(9);
        assertThat(chosen)
                .hasSize(3)
                .allSatisfy((argument, count) -> assertThat(count).isOne());
        assertThat(lines)
                .contains("value {arg=0}{value=name:curl}{display=curl (pid 7)}{default=false}")
                .contains("value {arg=3}{value=any}{display=any: all of them}{default=true}")
                .contains("value {arg=3}{value=lo}{display=lo: 127.0.0.1}{default=false}")
                .contains("value {arg=3}{value=eth0}{display=eth0 (down)}{default=false}");
    }

    @Test
    void shouldTellOnlyTheProcessesWhenTheyAreAskedForAgain() {
        ProcessPicker.Entry curl = new ProcessPicker.Entry(ProcessChoice.named("curl"), "curl (pid 7)");
        assertThat(ExtcapAnswers.processes(List.of(curl)))
                .containsExactly(
                        "value {arg=0}{value=all}{display=All, or those named below}{default=true}",
                        "value {arg=0}{value=name:curl}{display=curl (pid 7)}{default=false}");
    }

    /** Any process may have any name: the choice comes back as it was, and the line stays one line of the grammar. */
    @Test
    void shouldCarryAnyName() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String special = "{}{}= \t\n\r%+&\"'\\*?,:/\u0000\u001b\u202eaZ9\u00e4\u20ac\ud83d\ude00";
        for (int round = 0; round < 2000; round++) {
            StringBuilder name = new StringBuilder("x");
            for (int length = random.nextInt(12); length > 0; length--) {
                int at = special.offsetByCodePoints(0, random.nextInt(special.codePointCount(0, special.length())));
                name.appendCodePoint(special.codePointAt(at));
            }
            String line = ExtcapAnswers.processes(
                            List.of(new ProcessPicker.Entry(ProcessChoice.named(name.toString()), name + " (pid 7)")))
                    .get(1);
            Map<String, String> read = WiresharkGrammar.parameters(line);
            assertThat(read.keySet())
                    .as("%s, seed %d", line, seed)
                    .containsExactly("arg", "value", "display", "default");
            assertThat(ProcessChoice.parse(String.valueOf(read.get("value"))))
                    .as("%s, seed %d", line, seed)
                    .isEqualTo(ProcessChoice.named(name.toString()));
            assertThat(read.get("value")).matches("name:[A-Za-z0-9._*%-]+");
            assertThat(read.get("display")).endsWith(" (pid 7)");
            assertThat(line.lines()).hasSize(1);
        }
    }
}
