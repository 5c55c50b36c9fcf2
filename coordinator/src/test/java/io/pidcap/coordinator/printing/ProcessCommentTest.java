package io.pidcap.coordinator.printing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessCommentTest {
    private static final String LETTERS = "ab=% \"'\u0001\n\tä€\uD83D\uDE00.-_/%41";

    /** Byte by byte, as the form is described, and some that need no escape escaped as well. */
    private static String encoded(String value, Random random) {
        StringBuilder text = new StringBuilder();
        value.codePoints().forEach(point -> {
            boolean must = point <= ' ' || point == '"' || point == '\'' || point == '=' || point == '%';
            String character = Character.toString(point);
            if (must || random.nextInt(4) == 0) {
                for (byte one : character.getBytes(StandardCharsets.UTF_8)) {
                    text.append(String.format(random.nextBoolean() ? "%%%02x" : "%%%02X", one & 0xff));
                }
            } else {
                text.append(character);
            }
        });
        return text.toString();
    }

    private static String name(Random random) {
        int[] points = LETTERS.codePoints().toArray();
        StringBuilder name = new StringBuilder();
        for (int n = 1 + random.nextInt(12); n > 0; n--) {
            name.appendCodePoint(points[random.nextInt(points.length)]);
        }
        return name.toString();
    }

    @Test
    void shouldReadBackAnyNames() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2000; i++) {
            boolean peer = random.nextBoolean();
            PacketProcess process = new PacketProcess(
                    name(random),
                    Integer.toUnsignedLong(random.nextInt()),
                    "socket event",
                    peer ? name(random) : "",
                    peer ? random.nextInt(99999) : -1);
            String comment = "process=" + encoded(process.name(), random) + " pid=" + process.pid() + " reason="
                    + encoded(process.reason(), random);
            if (peer) {
                comment += " peer=" + encoded(process.peerName(), random) + " peer_pid=" + process.peerPid();
            }
            assertThat(ProcessComment.parse(comment))
                    .as("seed %d: %s", seed, comment)
                    .contains(process);
        }
    }

    @Test
    void shouldPassOverKeysOfALaterVersion() {
        assertThat(ProcessComment.parse("process=curl pid=7 reason=tail user=root"))
                .contains(new PacketProcess("curl", 7, "tail", "", -1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "process=",
                "process=curl",
                "process=curl pid=x reason=tail",
                "process=curl pid=4294967296",
                "process=curl pid=7 and more",
                "process=curl  pid=7",
                "process=curl pid=7 pid=8",
                "process=a=b pid=7",
                "pid=7 process=curl",
                "look at process=curl pid=7"
            })
    void shouldLeaveWhatOthersWrote(String comment) {
        assertThat(ProcessComment.parse(comment)).isEmpty();
    }
}
