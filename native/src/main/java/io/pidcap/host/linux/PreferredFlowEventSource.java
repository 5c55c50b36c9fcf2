package io.pidcap.host.linux;

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
final class PreferredFlowEventSource implements FlowEventSource {
    private static final Logger log = LoggerFactory.getLogger(PreferredFlowEventSource.class);

    private final Function<String, FlowEventSource> fallback;
    private FlowEventSource chosen;

    /** @param fallback makes the other one, given the reason why it is used */
    PreferredFlowEventSource(Supplier<FlowEventSource> preferred, Function<String, FlowEventSource> fallback) {
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
            log.info("the exact source of events does not attach: {}", e.getMessage());
            chosen.close();
            chosen = fallback.apply("the exact source (eBPF) is not available: " + e.getMessage()
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
