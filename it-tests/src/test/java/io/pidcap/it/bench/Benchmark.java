package io.pidcap.it.bench;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Measures one thing and says how it compares. Not a test: no figure fails anything. */
public interface Benchmark {
    /** By which it is called on the command line: lower case, words joined by {@code -}. */
    String name();

    /** What it measures, in one line. */
    String what();

    /** Why it cannot run on this host; empty if it can. */
    default Optional<String> obstacle() throws IOException {
        return Optional.empty();
    }

    /**
     * Measures. Leaves nothing behind but in {@link Workplace#directory}.
     *
     * @throws IllegalStateException a result is wrong: what was measured did not do its job
     */
    List<Row> run(Workplace place) throws IOException, InterruptedException;
}
