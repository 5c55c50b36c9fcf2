package io.pidcap.coordinator.session;

import io.pidcap.coordinator.output.OutputFormat;
import io.pidcap.coordinator.output.Rotation;
import io.pidcap.coordinator.output.StreamOutput;
import io.pidcap.protocol.v1.ObservedTimeMessage;
import io.pidcap.protocol.v1.OutputRotation;
import io.pidcap.protocol.v1.SessionStarted;
import io.pidcap.protocol.wire.Build;
import java.time.Instant;
import java.util.Locale;

/** The first record of a session's journal: all that another process needs to finish the session. */
final class JournalHead {
    private JournalHead() {}

    static SessionStarted of(SessionConfig config, SessionDirectory directory, Instant started) {
        SessionStarted.Builder head = SessionStarted.newBuilder()
                .setSessionId(directory.id())
                .setBuild(Build.version())
                .setStarted(ObservedTimeMessage.newBuilder()
                        .setMonotonicNanos(System.nanoTime())
                        .setEpochNanos(started.getEpochSecond() * 1_000_000_000 + started.getNano()))
                .addAllProcessNames(config.names())
                .addAllPids(config.pids())
                .addAllExecutables(config.executables())
                .addAllUserIds(config.userIds().stream().map(Long::intValue).toList())
                .setWithChildren(config.children())
                .setOutputFile(config.output().toString())
                .setOutputFormat(OutputFormat.of(config.output()).word())
                .setAnnotation(config.style().annotation().name().toLowerCase(Locale.ROOT))
                .setMicroseconds(config.style().microseconds())
                .setSplitOutput(config.style().split())
                .setSpoolDirectory(directory.spool().toString())
                .setKeepSpool(config.keepAll())
                .setCapture(CaptureSide.request(config, directory.spool()))
                .setWatch(EventSide.request(config))
                .setOutputUserId(config.ownerUserId())
                .setOutputGroupId(config.ownerGroupId())
                .setReplaceOutput(config.force())
                .setPacketLimit(config.packetLimit())
                .setStreamedOutput(StreamOutput.isStream(config.output()));
        Rotation rotation = config.style().rotation();
        if (rotation.rotates()) {
            head.setRotation(OutputRotation.newBuilder()
                    .setFileBytes(rotation.bytes())
                    .setPeriodMillis(rotation.periodMillis())
                    .setFiles(rotation.files()));
        }
        return head.build();
    }
}
