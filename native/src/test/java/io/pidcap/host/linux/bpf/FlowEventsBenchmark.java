package io.pidcap.host.linux.bpf;

import io.pidcap.host.FlowEventSource;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.SocketSnapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * What the exact source costs and how fast it is; not a test. Run its {@code main} as root with the module's test class
 * path, on a machine that does nothing else; needs {@code /usr/bin/cc}.
 */
public final class FlowEventsBenchmark {
    private static final int ROUNDS = 5;

    /** Prints the nanoseconds of a round: of a datagram to itself, or of a request and its answer by TCP. */
    private static final String LOOPS = """
            #include <arpa/inet.h>
            #include <netinet/tcp.h>
            #include <stdio.h>
            #include <stdlib.h>
            #include <sys/socket.h>
            #include <time.h>
            #include <unistd.h>
            static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1e9 + t.tv_nsec; }
            int main(int argc, char **argv)
            {
                struct sockaddr_in a = {.sin_family = AF_INET};
                socklen_t n = sizeof(a);
                char b[16] = {0};
                int one = 1, count = atoi(argv[2]);
                a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
                int l = socket(AF_INET, *argv[1] == 'u' ? SOCK_DGRAM : SOCK_STREAM, 0);
                bind(l, (void *)&a, n);
                getsockname(l, (void *)&a, &n);
                int c = socket(AF_INET, *argv[1] == 'u' ? SOCK_DGRAM : SOCK_STREAM, 0);
                if (*argv[1] == 't') {
                    listen(l, 1);
                    if (!fork()) {
                        close(c);
                        int s = accept(l, 0, 0);
                        setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
                        while (read(s, b, 16) > 0 && write(s, b, 16) > 0);
                        _exit(0);
                    }
                    connect(c, (void *)&a, n);
                    setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
                }
                double begin = now();
                for (int i = 0; i < count; i++) {
                    if (*argv[1] == 'u')
                        sendto(c, b, 16, 0, (void *)&a, n), recv(l, b, 16, 0);
                    else if (write(c, b, 16) != 16 || read(c, b, 16) != 16)
                        return 1;
                }
                printf("%.0f\\n", (now() - begin) / count);
                return 0;
            }
            """;

    private final Path loops;

    private FlowEventsBenchmark(Path loops) {
        this.loops = loops;
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("flow-events-benchmark");
        Path source = Files.writeString(directory.resolve("loops.c"), LOOPS);
        Path loops = directory.resolve("loops");
        try {
            run("/usr/bin/cc", "-O2", "-o", loops.toString(), source.toString());
            FlowEventsBenchmark benchmark = new FlowEventsBenchmark(loops);
            benchmark.measureSnapshot();
            benchmark.measureReading();
            benchmark.measureLoop("udp", "datagram to itself", 200_000);
            benchmark.measureLoop("tcp", "TCP request and answer", 40_000);
        } finally {
            Files.deleteIfExists(loops);
            Files.delete(source);
            Files.delete(directory);
        }
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": exit status " + process.exitValue());
        }
        return output;
    }

    private static double millisSince(long startNanos) {
        return (System.nanoTime() - startNanos) / 1e6;
    }

    private void measureSnapshot() {
        try (PythonActor actor = PythonActor.start()) {
            actor.run(
                    "for i in range(200):",
                    "    if os.fork() == 0:",
                    "        kept = [udp() for j in range(50)]",
                    "        for s in kept: s.bind(('127.0.0.1', 0))",
                    "        time.sleep(600)",
                    "        os._exit(0)",
                    "time.sleep(2)");
            for (int i = 0; i < ROUNDS; i++) {
                try (FlowEventSource source = Ebpf.open()) {
                    long start = System.nanoTime();
                    source.attach();
                    double attach = millisSince(start);
                    start = System.nanoTime();
                    SocketSnapshot snapshot = source.snapshot();
                    System.out.printf(
                            "attach %.0f ms; snapshot %.1f ms, %d sockets, %d processes%n",
                            attach,
                            millisSince(start),
                            snapshot.sockets().size(),
                            snapshot.processes().size());
                }
            }
        }
    }

    /** How fast a ring is read that was filled while nobody looked. */
    private void measureReading() {
        try (PythonActor actor = PythonActor.start();
                FlowEventSource source = Ebpf.open()) {
            source.attach();
            source.snapshot();
            for (int i = 0; i < ROUNDS; i++) {
                actor.run("for i in range(25000):", "    u = udp(); u.bind(('127.0.0.1', 0)); u.close()");
                long start = System.nanoTime();
                FlowBatch batch = source.next(0);
                double millis = millisSince(start);
                System.out.printf(
                        "%d events read in %.1f ms: %.2f million a second; %d lost%n",
                        batch.events().size(), millis, batch.events().size() / millis / 1000, batch.lostEvents());
            }
        }
    }

    /** Without and with the source, by turns; the best of each. */
    private void measureLoop(String kind, String name, int count) throws IOException, InterruptedException {
        double without = Double.MAX_VALUE;
        double with = Double.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            without = Math.min(without, Double.parseDouble(run(loops.toString(), kind, Integer.toString(count))));
            Poller poller = new Poller();
            try {
                poller.begin();
                with = Math.min(with, Double.parseDouble(run(loops.toString(), kind, Integer.toString(count))));
            } finally {
                poller.end();
            }
        }
        System.out.printf("%s: %.0f ns without, %.0f ns with: %.3f of the rate%n", name, without, with, without / with);
    }

    /** Owns a source on a thread of its own, as the event-worker does. */
    private static final class Poller {
        private final Thread thread = new Thread(this::poll, "poller");
        private final CountDownLatch ready = new CountDownLatch(1);

        void begin() throws InterruptedException {
            thread.start();
            ready.await();
        }

        private void poll() {
            try (FlowEventSource source = Ebpf.open()) {
                source.attach();
                source.snapshot();
                ready.countDown();
                while (!Thread.currentThread().isInterrupted()) {
                    source.next(100);
                }
            }
        }

        void end() throws InterruptedException {
            thread.interrupt();
            thread.join(TimeUnit.SECONDS.toMillis(20));
        }
    }
}
