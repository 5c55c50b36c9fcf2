package io.pidcap.it.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/** What the kernel tells of the threads of a session's processes, against what they need. */
public final class LeastPrivilege {
    /** Bits of linux/capability.h. */
    private static final long DAC_READ_SEARCH = 1L << 2;

    private static final long SETGID = 1L << 6;
    private static final long SETUID = 1L << 7;
    private static final long NET_ADMIN = 1L << 12;
    private static final long NET_RAW = 1L << 13;
    private static final long SYS_PTRACE = 1L << 19;
    private static final long SYS_ADMIN = 1L << 21;

    private static final int UNNAMED = 65530;

    private LeastPrivilege() {}

    /** @param option of the session: its source of events, or {@code --prefilter} */
    public static void assertOfWorkers(Pidcap pidcap, String option) throws Exception {
        boolean prefilter = option.equals("--prefilter");
        List<ThreadStatus> capture = threads(pidcap, "capture");
        assertThat(capture).allSatisfy(thread -> {
            assertThat(thread.userIds()).containsOnly(UNNAMED);
            assertThat(thread.groupIds()).containsOnly(UNNAMED);
            assertThat(thread.groups()).isEmpty();
            assertThat(thread.noNewPrivileges()).isTrue();
            long most = NET_RAW | DAC_READ_SEARCH | SETUID | SETGID | (prefilter ? SYS_ADMIN : 0);
            assertThat(thread.bounding()).isEqualTo(most);
        });
        // The one that opens maps of the event-worker when it is restarted; none that packets pass through.
        List<ThreadStatus> privileged =
                capture.stream().filter(thread -> !thread.holdsExactly(0)).toList();
        assertThat(privileged)
                .hasSize(prefilter ? 1 : 0)
                .allSatisfy(thread -> assertThat(thread.holdsExactly(SYS_ADMIN)).isTrue())
                .noneMatch(thread -> thread.name().startsWith("capture-loop"));

        long needed = SYS_PTRACE | DAC_READ_SEARCH | (option.equals("--events=proc") ? 0 : NET_ADMIN | SYS_ADMIN);
        assertThat(threads(pidcap, "events")).allSatisfy(thread -> {
            assertThat(thread.holdsExactly(needed)).as(thread.toString()).isTrue();
            assertThat(thread.bounding()).isEqualTo(needed);
            assertThat(thread.noNewPrivileges()).isTrue();
        });
    }

    private static List<ThreadStatus> threads(Pidcap pidcap, String worker) throws Exception {
        long pid = Victim.worker(pidcap, worker);
        List<ThreadStatus> threads = ThreadStatus.of(pid);
        assertThat(threads).as("threads of pid " + pid).hasSizeGreaterThan(5);
        return threads;
    }

    /** None, none that could be had, and that user in every way. */
    public static void assertNone(long pid, int userId) throws Exception {
        assertThat(ThreadStatus.of(pid)).hasSizeGreaterThan(5).allSatisfy(thread -> {
            assertThat(thread.userIds()).containsOnly(userId);
            assertThat(thread.groupIds()).doesNotContain(0);
            assertThat(thread.groups()).doesNotContain(0);
            assertThat(thread.holdsExactly(0)).as(thread.toString()).isTrue();
            assertThat(thread.bounding()).isZero();
            assertThat(thread.noNewPrivileges()).isTrue();
        });
    }
}
