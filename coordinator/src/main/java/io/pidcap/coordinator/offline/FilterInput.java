package io.pidcap.coordinator.offline;

import io.pidcap.coordinator.attribution.ProcessSelector;
import io.pidcap.coordinator.filter.FilterProgress;
import io.pidcap.protocol.file.CaptureFileWriter;
import java.io.IOException;
import java.util.List;

/** Packets, and what is known of their owners. */
public interface FilterInput extends AutoCloseable {
    /** Writes what is selected. Once. */
    FilterProgress filter(ProcessSelector selector, CaptureFileWriter output) throws IOException, InterruptedException;

    /** After {@link #filter}: what was wrong with the input beside what its result tells, one line each. */
    List<String> problems();

    @Override
    void close() throws IOException;
}
