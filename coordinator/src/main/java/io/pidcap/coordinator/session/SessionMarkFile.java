package io.pidcap.coordinator.session;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.process.ProcessLife;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * {@code session.json}: what a session is, and by whose life it lives.
 *
 * @param format of this file; a reader refuses a newer one
 * @param pid of the coordinator
 * @param pidStarted when that process started, so that a later one with the same pid is not taken for it; epoch
 *     milliseconds, 0: not known
 * @param created epoch milliseconds
 * @param subject what it captures, for people
 * @param output where the capture file will be
 */
public record SessionMarkFile(
        int format, String id, String state, long pid, long pidStarted, long created, String subject, String output) {
    public static final int FORMAT = 1;

    /** The start time is computed from the boot time, which moves a little when the clock is set. */
    private static final Duration START_TOLERANCE = Duration.ofSeconds(2);

    static SessionMarkFile ofThisProcess(String id, Instant created, SessionConfig config) {
        ProcessHandle self = ProcessHandle.current();
        return new SessionMarkFile(
                FORMAT,
                id,
                SessionState.STARTING.word(),
                self.pid(),
                startOf(self),
                created.toEpochMilli(),
                config.subject(),
                config.output().toString());
    }

    SessionMarkFile in(SessionState next) {
        return new SessionMarkFile(format, id, next.word(), pid, pidStarted, created, subject, output);
    }

    /** The same session, of which this process takes care now. */
    SessionMarkFile takenOver() {
        ProcessHandle self = ProcessHandle.current();
        return new SessionMarkFile(format, id, state, self.pid(), startOf(self), created, subject, output);
    }

    /** Field by field: this is on the way to the first packet, and the mapper takes a tenth of a second to load. */
    void write(Path file) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeNumberProperty("format", format);
            json.writeStringProperty("id", id);
            json.writeStringProperty("state", state);
            json.writeNumberProperty("pid", pid);
            json.writeNumberProperty("pidStarted", pidStarted);
            json.writeNumberProperty("created", created);
            json.writeStringProperty("subject", subject);
            json.writeStringProperty("output", output);
            json.writeEndObject();
        }
        Json.replace(file, text + "\n");
    }

    /**
     * @return empty: there is none yet
     * @throws SessionException it cannot be read or is of a newer format
     */
    public static Optional<SessionMarkFile> read(SessionDirectory directory) {
        if (!Files.exists(directory.markFile())) {
            return Optional.empty();
        }
        SessionMarkFile mark = Json.readFile(directory.markFile(), SessionMarkFile.class);
        if (mark.format > FORMAT) {
            throw new SessionException(
                    Kind.NOT_SUPPORTED,
                    "session " + directory.id() + " was made by a newer pidcap (format " + mark.format + ")",
                    "use that one");
        }
        mark.requireWhole(directory.markFile());
        return Optional.of(mark);
    }

    /** @throws SessionException something is not in it, or nothing that we know: not ours, or damaged */
    void requireWhole(Path file) {
        if (Stream.of(id, state, subject, output).anyMatch(Objects::isNull)
                || Arrays.stream(SessionState.values())
                        .noneMatch(known -> known.word().equals(state))) {
            throw new SessionException(Kind.FAILURE, "read " + file + ": it does not tell of a session", "");
        }
    }

    /** Its coordinator still runs. */
    public boolean isAlive() {
        return !isOver()
                && ProcessHandle.of(pid)
                        .filter(this::isSame)
                        .filter(ProcessLife::isRunning)
                        .isPresent();
    }

    /** It ended, in order or by its own failure. */
    public boolean isOver() {
        return SessionState.valueOf(state.toUpperCase(Locale.ROOT)).isOver();
    }

    /** Its coordinator died and could not say so. */
    public boolean isStale() {
        return !isOver() && !isAlive();
    }

    private boolean isSame(ProcessHandle process) {
        long started = startOf(process);
        return started == 0 || pidStarted == 0 || Math.abs(started - pidStarted) <= START_TOLERANCE.toMillis();
    }

    private static long startOf(ProcessHandle process) {
        return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }
}
