package io.pidcap.coordinator.reading;

import io.pidcap.coordinator.printing.PacketProcess;
import io.pidcap.coordinator.printing.ProcessComment;
import io.pidcap.protocol.file.DarwinProcess;
import io.pidcap.protocol.file.PacketAnnotations;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whose a packet is by what its file says, in pidcap's words or in those of others. */
final class FileProcesses {
    private static final int MAX_KEPT = 1024;

    /** Comments repeat: a process has one for all its packets. */
    private final KeptComments kept = new KeptComments();

    private static final class KeptComments extends LinkedHashMap<String, Optional<PacketProcess>> {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Optional<PacketProcess>> eldest) {
            return size() > MAX_KEPT;
        }
    }

    /** pidcap's comment tells most; then a description of the process, then its bare number. */
    PacketProcess of(PacketAnnotations annotations) {
        for (String comment : annotations.comments()) {
            Optional<PacketProcess> told = kept.computeIfAbsent(comment, ProcessComment::parse);
            if (told.isPresent()) {
                return told.get();
            }
        }
        DarwinProcess process = annotations.process();
        DarwinProcess peer = annotations.effectiveProcess();
        if (process != null) {
            return new PacketProcess(process.name(), process.pid(), "", name(peer), pid(peer));
        }
        return annotations.processId() < 0
                ? PacketProcess.UNKNOWN
                : new PacketProcess("", annotations.processId(), "", "", -1);
    }

    private static String name(@Nullable DarwinProcess process) {
        return process == null ? "" : process.name();
    }

    private static long pid(@Nullable DarwinProcess process) {
        return process == null ? -1 : process.pid();
    }
}
