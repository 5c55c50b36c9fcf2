package io.pidcap.host.linux.bpf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read from text and bytes of the kernel, on any host. */
class ParsersTest {
    @TempDir
    Path directory;

    @Test
    void shouldFindTheMountOfTheWholeHierarchy() {
        String hybrid = "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw";
        String first = "31 23 0:28 / /sys/fs/cgroup rw,relatime shared:5 - tmpfs tmpfs rw,mode=755";
        String part = "42 31 0:38 /docker/x /mnt rw - cgroup2 cgroup2 rw";
        assertThat(CgroupRoot.mountPoint(List.of(first, part, hybrid))).contains("/sys/fs/cgroup/unified");
        assertThat(CgroupRoot.mountPoint(List.of(first, part))).isEmpty();
        assertThat(CgroupRoot.mountPoint(List.of("41 31 0:38 / /a\\040b\\134c rw - cgroup2 none rw")))
                .contains("/a b\\c");
        for (int length = 0; length < hybrid.indexOf("cgroup2 ") + 8; length++) {
            assertThat(CgroupRoot.mountPoint(List.of(hybrid.substring(0, length))))
                    .isEmpty();
        }
    }

    @Test
    void shouldReadTheOffsetsOfATracepointsFields() {
        List<String> format = List.of(
                "name: sched_process_exec",
                "format:",
                "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;",
                "",
                "\tfield:__data_loc char[] filename;\toffset:8;\tsize:4;\tsigned:0;",
                "\tfield:char comm[16];\toffset:12;\tsize:16;\tsigned:0;",
                "\tfield:pid_t old_pid;\toffset:28;\tsize:4;\tsigned:1;");
        assertThat(Tracepoint.parseOffsets(format))
                .containsEntry("common_type", 0)
                .containsEntry("filename", 8)
                .containsEntry("comm", 12)
                .containsEntry("old_pid", 28)
                .hasSize(4);
    }

    @Test
    void shouldTellTheVerifiersComplaint() {
        assertThat(LibBpf.reasonOf(List.of(
                        "libbpf: prog 'a': BPF program load failed: Permission denied",
                        "286: (79) r1 = *(u64 *)(r7 +56)",
                        "invalid bpf_context access off=56 size=8",
                        "processed 317 insns (limit 1000000) max_states_per_insn 0",
                        "-- END PROG LOAD LOG --",
                        "libbpf: failed to load object 'flow_events'")))
                .isEqualTo("invalid bpf_context access off=56 size=8");
        assertThat(LibBpf.reasonOf(List.of("libbpf: kernel doesn't support global data")))
                .isEqualTo("libbpf: kernel doesn't support global data");
        assertThat(LibBpf.reasonOf(List.of(
                        "libbpf: Error in bpf_object__probe_loading():Operation not permitted(1).",
                        "libbpf: failed to load object 'flow_events'")))
                .isEmpty();
        assertThat(LibBpf.reasonOf(List.of())).isEmpty();
    }

    @Test
    void shouldResolveLinksAndInterpreters() throws IOException {
        Path program = Files.writeString(directory.resolve("program"), "\177ELF");
        Path link = Files.createSymbolicLink(directory.resolve("link"), program);
        Path script = Files.writeString(directory.resolve("script"), "#! " + link + " -x\nbody\n");
        Path nested = Files.writeString(directory.resolve("nested"), "#!" + script);
        Path circle = directory.resolve("circle");
        Files.writeString(circle, "#!" + circle + "\n");
        ExecutablePaths paths = new ExecutablePaths();
        String real = program.toRealPath().toString();
        assertThat(paths.resolve(link.toString())).isEqualTo(real);
        assertThat(paths.resolve(script.toString())).isEqualTo(real);
        assertThat(paths.resolve(nested.toString())).isEqualTo(real);
        assertThat(paths.resolve(circle.toString())).isNull();
        assertThat(paths.resolve("program")).isNull();
        assertThat(paths.resolve(directory.resolve("nothing").toString())).isNull();
        assertThat(ExecutablePaths.interpreter("#!")).isNull();
    }

    @Test
    void shouldReadWhatIsWholeOfAnAnswerOfSockDiag() {
        ByteBuffer answer = ByteBuffer.allocate(16 + 72 + 16).order(ByteOrder.nativeOrder());
        answer.putInt(0, 16 + 72).putShort(4, (short) 20);
        answer.putInt(16 + 44, 7).putInt(16 + 48, 1).putInt(16 + 68, 4711);
        answer.putInt(88, 16).putShort(92, (short) 3);
        for (int length = 0; length <= answer.capacity(); length++) {
            SocketDiag diag = new SocketDiag();
            boolean more = diag.parse(answer, length);
            assertThat(diag.cookies().isEmpty()).isEqualTo(length < 88);
            assertThat(more).isEqualTo(length < 16 || (length >= 88 && length < 104));
            if (length >= 88) {
                assertThat(diag.cookies()).containsEntry(4711L, 1L << 32 | 7);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 15, 17, Integer.MAX_VALUE - 15, Integer.MAX_VALUE})
    void shouldStopAtAMessageOfSockDiagThatClaimsToBeLongerThanTheAnswer(int claimed) {
        ByteBuffer answer = ByteBuffer.allocate(16 + 16).order(ByteOrder.nativeOrder());
        answer.putInt(0, 16).putShort(4, (short) 20);
        answer.putInt(16, claimed).putShort(20, (short) 20);
        SocketDiag diag = new SocketDiag();
        assertThat(diag.parse(answer, answer.capacity())).isFalse();
        assertThat(diag.cookies()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"4711, 7, true", "0, 1, true", "0, 8, true", "0, 3, true", "0, 4, false", "0, 6, false", "0, 9, false"})
    void shouldTakeAsOpenWhatHasADescriptorOrIsNotAcceptedYet(int inode, int state, boolean isOpen) {
        ByteBuffer answer = ByteBuffer.allocate(16 + 72).order(ByteOrder.nativeOrder());
        answer.putInt(0, 16 + 72).putShort(4, (short) 20).put(16 + 1, (byte) state);
        answer.putInt(16 + 44, 7).putInt(16 + 48, 1).putInt(16 + 68, inode);
        SocketDiag diag = new SocketDiag();
        diag.parse(answer, answer.capacity());
        assertThat(diag.open().contains(1L << 32 | 7)).isEqualTo(isOpen);
    }
}
