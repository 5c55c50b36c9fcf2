package io.pidcap.host.linux.bpf;

import io.pidcap.host.EventTimes;
import io.pidcap.host.HostException;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the survey by a thread of its own while the source's thread loads programs, and rehearses with it: takes over a
 * part of the host's sockets and throws all of it away. The classes and the compiled code that the first true survey
 * needs are there then. Nothing of the rehearsal is told: it is from before the programs were attached.
 *
 * <p>Used by one thread.
 */
final class SurveyOpening implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SurveyOpening.class);

    /** So often code has run that is compiled; what is more only costs. */
    private static final int REHEARSED_SOCKETS = 2_000;

    private final CompletableFuture<Opened> opened;

    /** @param manySockets the host has more of them than were rehearsed with */
    private record Opened(SocketSurvey survey, boolean manySockets) {}

    private SurveyOpening(CompletableFuture<Opened> opened) {
        this.opened = opened;
    }

    static SurveyOpening begin(LibBpf bpf, Set<OptionalPart> wanted, HostTables tables) {
        return new SurveyOpening(CompletableFuture.supplyAsync(() -> open(bpf, wanted, tables), SurveyOpening::run));
    }

    private static void run(Runnable opening) {
        Thread thread = new Thread(opening, "survey-opening");
        thread.setDaemon(true);
        thread.start();
    }

    private static Opened open(LibBpf bpf, Set<OptionalPart> wanted, HostTables tables) {
        IteratorSurvey survey;
        try {
            FlowPrograms.require(wanted, OptionalPart.DESCRIPTOR_ITERATOR);
            survey = IteratorSurvey.open(bpf);
        } catch (HostException e) {
            log.info("without the iterator over descriptors: {}", e.getMessage());
            return new Opened(new DiagSurvey(tables), false);
        }
        try {
            return new Opened(survey, rehearse(survey) >= REHEARSED_SOCKETS);
        } catch (RuntimeException e) {
            survey.close();
            throw e;
        }
    }

    /** With how many sockets. */
    private static int rehearse(IteratorSurvey survey) {
        try (PortTable ports = PortTable.unread()) {
            Map<Integer, KnownProcess> processes = new HashMap<>();
            EventTimes times = new EventTimes(new ObservedTime(0, 0));
            SocketTracker sockets = new SocketTracker(times, new BatchBuilder(), ports, 0);
            List<HeldSocket> held = survey.survey(REHEARSED_SOCKETS);
            sockets.adopt(held, pid -> processes.computeIfAbsent(pid, SurveyOpening::unknown));
            int entries = sockets.entries().size();
            log.debug("rehearsed with {} sockets", entries);
            return held.size();
        }
    }

    private static KnownProcess unknown(int pid) {
        return new KnownProcess(new ProcessInfo(new ProcessIdentity(pid, 0), 0, "", "", null, List.of(), -1));
    }

    /** The survey; who takes it closes it or this. */
    SocketSurvey take() {
        return opened().survey;
    }

    /**
     * Right before the snapshot: where it will be large, collects what the loading left behind. Else the collection falls
     * into the snapshot, by when it has to copy what was taken over by then.
     */
    void makeRoom() {
        if (opened().manySockets) {
            System.gc();
        }
    }

    private Opened opened() {
        try {
            return opened.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                cause.addSuppressed(e);
                throw cause;
            }
            throw e;
        }
    }

    /** Closes the survey, taken or not. */
    @Override
    public void close() {
        try {
            take().close();
        } catch (RuntimeException e) {
            // What takes it tells of it; where nothing did, something else failed first.
            log.debug("no survey to close", e);
        }
    }
}
