package io.pidcap.coordinator.offline;

import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.output.OutputStyle;
import io.pidcap.coordinator.session.SessionDirectory;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Which packets of which capture go where.
 *
 * @param source where they come from
 * @param output absolute; its suffix tells the format
 * @param style what it holds beside packets
 * @param force replaces {@code output} if it is there
 * @param ownerUserId to whom the output is given, with {@code ownerGroupId}; -1: to nobody else
 */
public record FilterRequest(
        ProcessSelector selector,
        Source source,
        Path output,
        OutputStyle style,
        boolean force,
        int ownerUserId,
        int ownerGroupId) {

    /** Where packets and the knowledge of their owners come from. */
    public sealed interface Source {
        FilterInput open() throws IOException;
    }

    /**
     * @param capture pcap or pcapng, of any program
     * @param journal of the session that ran at the same time on the same host
     */
    public record CaptureFile(Path capture, Path journal) implements Source {
        @Override
        public FilterInput open() throws IOException {
            return new CaptureFileInput(capture, journal);
        }
    }

    /** A session that was begun with {@code --keep-all}. */
    public record KeptSession(SessionDirectory directory) implements Source {
        @Override
        public FilterInput open() throws IOException {
            return new KeptSessionInput(directory);
        }
    }
}
