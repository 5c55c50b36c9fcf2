package io.pidcap.coordinator.session;

import io.pidcap.coordinator.filter.FilterCommand;
import io.pidcap.protocol.file.InterfaceDescription;
import io.pidcap.protocol.model.LinkType;
import io.pidcap.protocol.v1.CaptureReady;
import io.pidcap.protocol.v1.OpenInterface;
import io.pidcap.protocol.v1.SpoolProgress;
import io.pidcap.protocol.wire.EventMapper;
import io.pidcap.protocol.wire.ProtocolException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a capture-worker says of its spool, in the words of the filter stage. */
public final class SpoolCommands {
    private final Path spool;
    private final String filterExpression;

    /** @param filterExpression by which the packets were captured; empty: all */
    public SpoolCommands(Path spool, String filterExpression) {
        this.spool = spool;
        this.filterExpression = filterExpression;
    }

    public FilterCommand.RunOpened opened(int run, CaptureReady ready) {
        List<InterfaceDescription> descriptions = new ArrayList<>();
        for (OpenInterface one : ready.getInterfacesList()) {
            descriptions.add(new InterfaceDescription(
                    one.getName(), new LinkType(one.getLinkType()), one.getSnaplen(), filterExpression));
        }
        return new FilterCommand.RunOpened(
                run, descriptions, known(ready.getOpening().getMonotonicNanos()));
    }

    /** @throws ProtocolException it names a file that is not in the spool */
    public FilterCommand.ProgressArrived progress(int run, SpoolProgress progress) {
        Path file = spool.resolve(progress.getFile());
        if (!spool.equals(file.getParent())) {
            throw new ProtocolException("SpoolProgress.file '" + progress.getFile() + "' is not a file of the spool");
        }
        return new FilterCommand.ProgressArrived(
                run,
                progress.getInterface(),
                progress.getSegment(),
                file,
                progress.getReadableBytes(),
                progress.getEnded(),
                known(progress.getDrainedUntilMonotonicNanos()),
                progress.hasAnnounced() ? EventMapper.toModel(progress.getAnnounced()) : null);
    }

    private static long known(long monotonicNanos) {
        return monotonicNanos == 0 ? Long.MIN_VALUE : monotonicNanos;
    }
}
