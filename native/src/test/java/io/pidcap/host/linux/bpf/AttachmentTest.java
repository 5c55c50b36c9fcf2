package io.pidcap.host.linux.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.jna.Memory;
import com.sun.jna.NativeLong;
import io.pidcap.host.FlowEventSource;
import io.pidcap.host.HostException;
import io.pidcap.host.SocketActor;
import io.pidcap.protocol.model.FlowBatch;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Attaching and detaching, beside other programs, and what is lost when nobody reads. */
class AttachmentTest {
    /* enum bpf_attach_type */
    private static final int BPF_CGROUP_INET_INGRESS = 0;
    private static final int BPF_CGROUP_INET_EGRESS = 1;
    private static final int BPF_CGROUP_INET_SOCK_CREATE = 2;
    private static final int BPF_CGROUP_SOCK_OPS = 3;
    private static final List<Integer> ATTACH_TYPES =
            List.of(BPF_CGROUP_INET_INGRESS, BPF_CGROUP_INET_EGRESS, BPF_CGROUP_INET_SOCK_CREATE, BPF_CGROUP_SOCK_OPS);

    private static final int BPF_PROG_QUERY = 16;
    private static final int MOST_PROGRAMS = 64;

    @BeforeEach
    void require() {
        Ebpf.require();
    }

    /** The programs that are attached to the root cgroup itself: bpf(2), BPF_PROG_QUERY. Others may be at work too. */
    private static Set<Integer> attached() {
        long number = System.getProperty("os.arch", "").equals("amd64") ? 321 : 280;
        Set<Integer> found = new HashSet<>();
        try (CgroupRoot root = CgroupRoot.open();
                Memory ids = new Memory(4L * MOST_PROGRAMS);
                Memory attributes = new Memory(64)) {
            for (int type : ATTACH_TYPES) {
                attributes.clear();
                attributes.setInt(0, root.descriptor());
                attributes.setInt(4, type);
                attributes.setPointer(16, ids);
                attributes.setInt(24, MOST_PROGRAMS);
                NativeCalls.checked(
                        LibcLibrary.INSTANCE.syscall(
                                new NativeLong(number), new NativeLong(BPF_PROG_QUERY), attributes, new NativeLong(64)),
                        "ask for the programs of a cgroup");
                for (int i = 0; i < attributes.getInt(24); i++) {
                    found.add(ids.getInt(4L * i));
                }
            }
        }
        return found;
    }

    /** Those of them that a process holds attached by a link: {@code prog_id:	123} beside {@code link_type}. */
    private static Set<Integer> attachedBy(long pid) throws IOException {
        Set<Integer> held = new HashSet<>();
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(Path.of("/proc/" + pid + "/fdinfo"))) {
            for (Path descriptor : descriptors) {
                held.addAll(linkedProgram(descriptor));
            }
        }
        held.retainAll(attached());
        return held;
    }

    private static Set<Integer> linkedProgram(Path descriptor) throws IOException {
        try {
            List<String> lines = Files.readAllLines(descriptor);
            return lines.stream().noneMatch(line -> line.startsWith("link_type:"))
                    ? Set.of()
                    : lines.stream()
                            .filter(line -> line.startsWith("prog_id:"))
                            .map(line -> Integer.parseInt(
                                    line.substring("prog_id:".length()).strip()))
                            .collect(Collectors.toSet());
        } catch (NoSuchFileException e) {
            return Set.of(); // closed since the directory was listed
        }
    }

    private static Set<Integer> attachedByUs() throws IOException {
        return attachedBy(ProcessHandle.current().pid());
    }

    private static void awaitThat(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void shouldAttachBesideAnotherAndDetachAlone() throws IOException {
        assertThat(attachedByUs()).isEmpty();
        try (FlowEventSource one = Ebpf.open()) {
            one.attach();
            one.snapshot();
            Set<Integer> ofOne = attachedByUs();
            assertThat(ofOne).hasSameSizeAs(ATTACH_TYPES);
            try (FlowEventSource other = Ebpf.open()) {
                other.attach();
                other.snapshot();
                assertThat(attachedByUs()).hasSize(2 * ATTACH_TYPES.size()).containsAll(ofOne);
            }
            assertThat(attachedByUs()).isEqualTo(ofOne);
            assertThat(one.next(0).lostEvents()).isZero();
        }
        assertThat(attachedByUs()).isEmpty();
    }

    /** What the child does: attaches, says so, and waits for its end. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) throws IOException {
            FlowEventSource source = Ebpf.open();
            source.attach();
            source.snapshot();
            System.out.println("attached");
            // The parent never writes: this ends with the process.
            int unused = System.in.read();
            source.close();
            System.exit(unused);
        }
    }

    @Test
    void shouldDetachWhenItsProcessIsKilled() throws IOException, InterruptedException {
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Child.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Set<Integer> ofChild;
        try (BufferedReader output = child.inputReader(StandardCharsets.UTF_8)) {
            assertThat(output.readLine()).isEqualTo("attached");
            ofChild = attachedBy(child.pid());
            assertThat(ofChild).hasSameSizeAs(ATTACH_TYPES);
        } finally {
            child.destroyForcibly();
        }
        assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();
        awaitThat(() -> Collections.disjoint(attached(), ofChild));
    }

    @Test
    void shouldCountWhatFindsNoRoomAndGoOn() {
        SocketActor.require();
        try (PythonActor actor = PythonActor.start();
                FlowEventSource source = Ebpf.open()) {
            source.attach();
            source.snapshot();
            // Of each a record of 120 bytes at least, and nobody reads them.
            int sockets = CgroupFlowEventSource.RING_BYTES / 120;
            actor.run("for i in range(" + sockets + "):", "    u = udp(); u.bind(('127.0.0.1', 0)); u.close()");
            FlowBatch full = source.next(0);
            assertThat(full.lostEvents()).isPositive();
            assertThat(full.events().size() + full.lostEvents()).isGreaterThanOrEqualTo(sockets);

            actor.run("u = udp(); u.bind(('127.0.0.1', 0))");
            int port = actor.number("u.getsockname()[1]");
            FlowBatch after = source.next(0);
            assertThat(after.lostEvents()).isZero();
            assertThat(after.events())
                    .anyMatch(event -> event.tuple().local().port() == port
                            && event.owner().pid() == actor.pid());
        }
    }

    @Test
    void shouldSayWhyAProgramDoesNotAttach() {
        try (BpfObject object = BpfObject.open(LibBpf.get(), "flow_events")) {
            object.load();
            assertThatThrownBy(() -> object.attachToCgroup("packet_in", 0))
                    .isInstanceOf(HostException.class)
                    .hasMessageStartingWith("attach the eBPF program packet_in")
                    .hasMessageContaining("Bad file descriptor (9)");
            assertThatThrownBy(() -> object.attachToCgroup("no_such", 0))
                    .isInstanceOf(HostException.class)
                    .hasMessageContaining("find the eBPF program no_such");
        }
    }

    @Test
    void shouldAttachToAPrivateMountWhereNoneIsVisible() throws IOException {
        int descriptor = DetachedMount.open("cgroup2");
        try (BpfObject object = BpfObject.open(LibBpf.get(), "flow_events")) {
            object.load();
            object.attachToCgroup("packet_in", descriptor);
            assertThat(attachedByUs()).hasSize(1);
        } finally {
            NativeCalls.close(descriptor);
        }
    }
}
