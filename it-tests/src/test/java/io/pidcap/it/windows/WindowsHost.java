package io.pidcap.it.windows;

import io.pidcap.event.WindowsHostAgent;
import io.pidcap.host.windows.StandIns;
import io.pidcap.it.support.AgentJar;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** The stand-ins for Windows' libraries, and what makes an event-worker load them. */
final class WindowsHost {
    private static final long STEPS_UNTIL_1970 = 116_444_736_000_000_000L;

    /** See ticks.h of the stand-ins: its frequency, and how far ahead of Java's clock it is. */
    private static final long NANOS_PER_TICK = 100;

    private static final long TICKS_AHEAD = 987_654_321;

    final StandIns standIns;
    private final Path agent;

    /** @param directory the test's own */
    WindowsHost(Path directory) throws IOException {
        standIns = StandIns.compile(Files.createDirectory(directory.resolve("windows")));
        agent = directory.resolve("windows-host.jar");
        AgentJar.make(agent, WindowsHostAgent.class);
    }

    /** For the workers. */
    String jvmOptions() {
        return "-javaagent:" + agent + " -Djna.library.path=" + standIns.directory();
    }

    /** FILETIME of this instant. */
    static long fileTime() {
        Instant now = Instant.now();
        return STEPS_UNTIL_1970 + now.getEpochSecond() * 10_000_000 + now.getNano() / 100;
    }

    /** The stand-ins' performance counter. */
    static long ticks() {
        return System.nanoTime() / NANOS_PER_TICK + TICKS_AHEAD;
    }
}
