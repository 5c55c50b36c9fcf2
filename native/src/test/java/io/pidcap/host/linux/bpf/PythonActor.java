package io.pidcap.host.linux.bpf;

import io.pidcap.host.SocketActor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * Another process that runs Python statements, one at a time; killed when closed, with all that it started.
 *
 * <p>Sockets are made by {@code tcp(family)} and {@code udp(family)}; what a statement assigns stays.
 */
final class PythonActor implements AutoCloseable {
    private static final String PROGRAM = """
            import os, sys, array, struct, subprocess, time
            from socket import *
            def tcp(family=AF_INET): return socket(family, SOCK_STREAM)
            def udp(family=AF_INET): return socket(family, SOCK_DGRAM)
            names = globals()
            def run():
                for line in sys.stdin:
                    line = line.rstrip('\\n').replace('\\x00', '\\n')
                    try:
                        try: code = compile(line, 'actor', 'eval')
                        except SyntaxError: code = None
                        value = eval(code, names) if code else exec(line, names)
                        print('ok', '' if value is None else value, flush=True)
                    except Exception as e: print('error', repr(e), line, flush=True)
            run()
            """;

    private final Process process;
    private final BufferedReader answers;
    private final Writer statements;

    private PythonActor(Process process) {
        this.process = process;
        answers = process.inputReader(StandardCharsets.UTF_8);
        statements = process.outputWriter(StandardCharsets.UTF_8);
    }

    static PythonActor start() {
        try {
            Process process = new ProcessBuilder(SocketActor.python(), "-c", PROGRAM)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            PythonActor actor = new PythonActor(process);
            actor.run("pass");
            return actor;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int pid() {
        return (int) process.pid();
    }

    /** Runs statements and returns the value of an expression as text. */
    String run(String... lines) {
        start(lines);
        return answer();
    }

    /** {@link #run} for an expression that is a number. */
    int number(String expression) {
        return Integer.parseInt(run(expression));
    }

    /** Begins what {@link #answer} ends. */
    void start(String... lines) {
        try {
            statements.write(String.join("\0", lines) + "\n");
            statements.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether {@link #answer} returns at once. */
    boolean hasAnswered() {
        try {
            return answers.ready();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String answer() {
        try {
            String line = answers.readLine();
            if (line == null || !line.startsWith("ok")) {
                throw new AssertionError("the actor answered: " + line);
            }
            return line.substring(2).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("pid " + pid() + " does not die");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
