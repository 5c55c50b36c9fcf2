package io.pidcap.host.linux.bpf;

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
 */
final class SurveyOpening implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SurveyOpening.class);

    /** So often code has run that is compiled; what is more only costs. */
    private static final int REHEARSED_SOCKETS = 2_000;

    private final CompletableFuture<SocketSurvey> opened;

    private SurveyOpening(CompletableFuture<SocketSurvey> opened) {
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

    private static SocketSurvey open(LibBpf bpf, Set<OptionalPart> wanted, HostTables tables) {
        IteratorSurvey survey;
        try {
            FlowPrograms.require(wanted, OptionalPart.DESCRIPTOR_ITERATOR);
            survey = IteratorSurvey.open(bpf);
        } catch (HostException e) {
            log.info("without the iterator over descriptors: {}", e.getMessage());
            return new DiagSurvey(tables);
        }
        try {
            rehearse(survey);
        } catch (RuntimeException e) {
            survey.close();
            throw e;
        }
        return survey;
    }

    private static void rehearse(IteratorSurvey survey) {
        try (PortTable ports = PortTable.unread()) {
            Map<Integer, KnownProcess> processes = new HashMap<>();
            EventTimes times = new EventTimes(new ObservedTime(0, 0));
            SocketTracker sockets = new SocketTracker(times, new BatchBuilder(), ports, 0);
            sockets.adopt(
                    survey.survey(REHEARSED_SOCKETS), pid -> processes.computeIfAbsent(pid, SurveyOpening::unknown));
            int entries = sockets.entries().size();
            log.debug("rehearsed with {} sockets", entries);
        }
    }

    private static KnownProcess unknown(int pid) {
        return new KnownProcess(new ProcessInfo(new ProcessIdentity(pid, 0), 0, "", "", null, List.of(), -1));
    }

    /** The survey; who takes it closes it or this. */
    SocketSurvey take() {
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
