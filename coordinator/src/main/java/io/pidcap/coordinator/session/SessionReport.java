package io.pidcap.coordinator.session;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.output.OutputReport;
import io.pidcap.protocol.model.CaptureCounters;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.v1.EventSource;
import io.pidcap.protocol.v1.OpenInterface;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a session has done: its status while it lives, its report when it is over. The JSON of {@code --json} is this
 * record; fields are added, never renamed.
 *
 * @param format of this document
 * @param failure why it ended before it was asked to, or did not do its job; null: all is well
 * @param started when it was asked for; {@code ready}: from when on no packet was missed; {@code stopAsked}: from when
 *     on none was wanted; {@code ended}: when the output was complete. Null: not yet
 * @param notes what the user should know from the beginning, one sentence each
 * @param endNotes what the user should know in the end
 * @param refused peers at the session's sockets that were refused or closed, by cause
 */
public record SessionReport(
        int format,
        String id,
        String state,
        @Nullable Failure failure,
        Instant started,
        @Nullable Instant ready,
        @Nullable Instant stopAsked,
        @Nullable Instant ended,
        Selection selection,
        OutputReport output,
        Packets packets,
        Events events,
        List<Interface> interfaces,
        List<ProcessRow> processes,
        List<Run> workerRuns,
        List<Gap> gaps,
        List<String> notes,
        List<String> endNotes,
        @Nullable Map<String, Long> refused) {
    public static final int FORMAT = 1;

    public SessionReport {
        interfaces = List.copyOf(interfaces);
        processes = List.copyOf(processes);
        workerRuns = List.copyOf(workerRuns);
        gaps = List.copyOf(gaps);
        notes = List.copyOf(notes);
        endNotes = List.copyOf(endNotes);
        refused = refused == null ? null : new TreeMap<>(refused);
    }

    /** Empty also where an older version wrote the report, which has none. */
    @Override
    public Map<String, Long> refused() {
        return refused == null ? Map.of() : refused;
    }

    /** A {@link SessionException} in words. */
    public record Failure(SessionException.Kind kind, String message, String hint) {
        public static Failure of(SessionException exception) {
            return new Failure(exception.kind(), exception.text(), exception.hint());
        }

        public SessionException toException() {
            return new SessionException(kind, message, hint);
        }
    }

    /** Whose packets were wanted. */
    public record Selection(
            List<String> names,
            List<String> executables,
            List<Integer> pids,
            List<Long> userIds,
            boolean children,
            String filter) {
        static Selection of(SessionConfig config) {
            return new Selection(
                    config.names(),
                    config.executables(),
                    config.pids(),
                    config.userIds(),
                    config.children(),
                    config.filter());
        }
    }

    /**
     * Every packet that was there, and what became of it: {@code received = kept + skipped + dropped + waiting}.
     *
     * @param received reached the capture
     * @param kept in the output
     * @param keptBy the same by why they are taken to be a selected process's, of those that were handed to the output;
     *     where everything is selected, also by why nobody is known to own them
     * @param skipped seen and not selected, by cause
     * @param dropped lost before we saw them, by place
     * @param waiting in the spool and not filtered yet; 0 at the end
     */
    public record Packets(
            long received,
            long kept,
            Map<String, Long> keptBy,
            Map<String, Long> skipped,
            Map<String, Long> dropped,
            long waiting) {
        public long skippedInAll() {
            return sum(skipped);
        }

        public long droppedInAll() {
            return sum(dropped);
        }

        /** Whether the equation holds; if it does not, packets were lost without being counted, which is our fault. */
        public boolean balances() {
            return received == kept + skippedInAll() + droppedInAll() + waiting;
        }

        private static long sum(Map<String, Long> counts) {
            return counts.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * Where the knowledge of owners came from.
     *
     * @param source empty: none is attached yet
     * @param reason why this one and not a better one; empty: it is the best
     * @param limits what it can miss
     * @param received events and snapshot entries that came
     * @param lost events that the host dropped
     * @param missingMessages messages of the event-worker that never arrived
     * @param completeUntil the watermark: what happened until then is known; null: nothing yet
     */
    public record Events(
            String source,
            String reason,
            List<String> limits,
            long received,
            long lost,
            long missingMessages,
            @Nullable Instant completeUntil) {
        /** As it is typed behind {@code --events}. */
        public static String sourceWord(EventSource source) {
            return switch (source) {
                case EVENT_SOURCE_PROC -> "proc";
                case EVENT_SOURCE_EBPF -> "ebpf";
                case EVENT_SOURCE_IPHELPER -> "iphelper";
                case EVENT_SOURCE_WINDIVERT -> "windivert";
                case EVENT_SOURCE_AUTO, EVENT_SOURCE_UNSPECIFIED, UNRECOGNIZED -> "unknown";
            };
        }
    }

    /**
     * One interface, over all runs of the capture-worker.
     *
     * @param written packets in the spool
     * @param unwritten packets that the spool had no place for
     * @param prefiltered packets that the kernel skipped, since nobody wants them
     */
    public record Interface(
            String name,
            String linkType,
            boolean nanoseconds,
            long written,
            long unwritten,
            long dropped,
            long droppedByInterface,
            long prefiltered) {
        /** @param open as the capture-worker opened it; the default instance: it never did */
        public static Interface of(String name, OpenInterface open, CaptureCounters total) {
            boolean isKnown = !open.equals(OpenInterface.getDefaultInstance());
            return new Interface(
                    name,
                    isKnown ? new LinkType(open.getLinkType()).toString() : "",
                    open.getNanosecondTimestamps(),
                    total.writtenPackets(),
                    total.unwrittenPackets(),
                    total.droppedPackets(),
                    total.interfaceDroppedPackets(),
                    total.prefilteredPackets());
        }
    }

    /** One process of which packets were kept; pid 0 is all those that have no row of their own. */
    public record ProcessRow(int pid, String name, long packets, long bytes, long flows) {}

    /** One life of a worker. */
    public record Run(
            String worker,
            int run,
            long pid,
            Instant started,
            @Nullable Instant ready,
            @Nullable Instant ended,
            String end) {}

    /**
     * A time in which a worker was not there, or did not see everything.
     *
     * @param incomplete it was there
     */
    public record Gap(String worker, Instant from, Instant until, String reason, boolean incomplete) {
        public long millis() {
            return Duration.between(from, until).toMillis();
        }
    }

    public boolean isOver() {
        return SessionState.FINISHED.word().equals(state)
                || SessionState.FAILED.word().equals(state)
                || SessionState.RECOVERED.word().equals(state);
    }

    /** For how long packets were taken; zero before it was ready. */
    public Duration captured(Instant now) {
        if (ready == null) {
            return Duration.ZERO;
        }
        Instant end = stopAsked != null ? stopAsked : now;
        return end.isBefore(ready) ? Duration.ZERO : Duration.between(ready, end);
    }
}
