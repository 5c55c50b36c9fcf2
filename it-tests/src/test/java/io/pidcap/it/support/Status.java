package io.pidcap.it.support;

import java.time.Instant;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The documents of {@code --json}, read as a script would. */
public final class Status {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private Status() {}

    public static JsonNode parse(String json) {
        return MAPPER.readTree(json);
    }

    /** The report so far of the one session that runs. */
    public static JsonNode onlySession(CommandLine pidcap) throws Exception {
        Pidcap.Result result = pidcap.run("status", "--json");
        if (result.exitCode() != 0) {
            throw new AssertionError("status: " + result.err());
        }
        JsonNode sessions = parse(result.out());
        if (sessions.size() != 1) {
            throw new AssertionError("one session expected: " + result.out());
        }
        return sessions.get(0).get("report");
    }

    /** Waits until the coordinator knows every flow event up to now. */
    public static void awaitEventsUntilNow(CommandLine pidcap) {
        Instant now = Instant.now();
        Await.until("the watermark passes " + now, () -> {
            JsonNode watermark = onlySession(pidcap).at("/events/completeUntil");
            return watermark.isString() && Instant.parse(watermark.asString()).isAfter(now);
        });
    }

    /** Waits until the coordinator of every session knows every flow event up to now. */
    public static void awaitEventsOfAllUntilNow(Pidcap pidcap) {
        Instant now = Instant.now();
        Await.until("all watermarks pass " + now, () -> {
            JsonNode sessions = parse(pidcap.run("status", "--json").out());
            boolean allPassed = !sessions.isEmpty();
            for (JsonNode session : sessions) {
                JsonNode watermark = session.at("/report/events/completeUntil");
                allPassed &= watermark.isString()
                        && Instant.parse(watermark.asString()).isAfter(now);
            }
            return allPassed;
        });
    }
}
