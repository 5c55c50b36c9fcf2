package io.pidcap.host.polling;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.HostException;
import io.pidcap.host.Prefilter;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The better of two sources if it attaches, else the other, which is told why. */
public final class PreferredFlowEventSource implements FlowEventSource {
    private static final Logger log = LoggerFactory.getLogger(PreferredFlowEventSource.class);

    private final String preferredName;
    private final Function<String, FlowEventSource> fallback;
    private FlowEventSource chosen;

    /**
     * @param preferredName for the user
     * @param fallback makes the other one, given the reason why it is used
     */
    public PreferredFlowEventSource(
            String preferredName, Supplier<FlowEventSource> preferred, Function<String, FlowEventSource> fallback) {
        this.preferredName = preferredName;
        this.fallback = fallback;
        chosen = preferred.get();
    }

    /** Meaningful once it is attached, as are {@link #reason} and {@link #limits}. */
    @Override
    public Kind kind() {
        return chosen.kind();
    }

    @Override
    public String reason() {
        return chosen.reason();
    }

    @Override
    public List<String> limits() {
        return chosen.limits();
    }

    @Override
    public void attach() {
        try {
            chosen.attach();
        } catch (HostException e) {
            log.info("{} does not attach: {}", preferredName, e.getMessage());
            chosen.close();
            chosen = fallback.apply(preferredName + " is not available: " + e.getMessage()
                    + (e.hint().isEmpty() ? "" : " (" + e.hint() + ")"));
            chosen.attach();
        }
    }

    @Override
    public SocketSnapshot snapshot() {
        return chosen.snapshot();
    }

    @Override
    public FlowBatch next(long timeoutMillis) {
        return chosen.next(timeoutMillis);
    }

    @Override
    public Prefilter prefilter() {
        return chosen.prefilter();
    }

    @Override
    public void close() {
        chosen.close();
    }
}
