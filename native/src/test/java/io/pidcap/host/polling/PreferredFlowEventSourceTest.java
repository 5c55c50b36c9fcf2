package io.pidcap.host.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.HostException;
import io.pidcap.protocol.model.FlowBatch;
import io.pidcap.protocol.model.ObservedTime;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PreferredFlowEventSourceTest {
    private final List<String> calls = new ArrayList<>();

    private final class Recorder implements FlowEventSource {
        private final Kind kind;
        private final String reason;
        private final @Nullable HostException refusal;

        Recorder(Kind kind, String reason, @Nullable HostException refusal) {
            this.kind = kind;
            this.reason = reason;
            this.refusal = refusal;
        }

        @Override
        public Kind kind() {
            return kind;
        }

        @Override
        public String reason() {
            return reason;
        }

        @Override
        public List<String> limits() {
            return List.of("limits of " + kind);
        }

        @Override
        public void attach() {
            calls.add("attach " + kind);
            if (refusal != null) {
                throw refusal;
            }
        }

        @Override
        public SocketSnapshot snapshot() {
            calls.add("snapshot " + kind);
            return new SocketSnapshot(new ObservedTime(1, 1), 1, List.of(), List.of(), List.of());
        }

        @Override
        public FlowBatch next(long timeoutMillis) {
            calls.add("next " + kind);
            return new FlowBatch(List.of(), List.of(), List.of(), false, List.of(), 0, new ObservedTime(1, 1));
        }

        @Override
        public void close() {
            calls.add("close " + kind);
        }
    }

    private PreferredFlowEventSource source(@Nullable HostException refusal) {
        return new PreferredFlowEventSource(
                "the best source",
                () -> new Recorder(FlowEventSource.Kind.EBPF, "", refusal),
                reason -> new Recorder(FlowEventSource.Kind.PROC, reason, null));
    }

    @Test
    void shouldUseTheBetterOneWhenItAttaches() {
        try (FlowEventSource source = source(null)) {
            source.attach();
            source.snapshot();
            source.next(0);
            assertThat(source.kind()).isEqualTo(FlowEventSource.Kind.EBPF);
            assertThat(source.reason()).isEmpty();
        }
        assertThat(calls).containsExactly("attach EBPF", "snapshot EBPF", "next EBPF", "close EBPF");
    }

    @Test
    void shouldUseTheOtherAndSayWhyWhenItDoesNot() {
        HostException refusal = new HostException(HostException.Code.LIBRARY_MISSING, "load libbpf: no", "install it");
        try (FlowEventSource source = source(refusal)) {
            source.attach();
            source.snapshot();
            assertThat(source.kind()).isEqualTo(FlowEventSource.Kind.PROC);
            assertThat(source.reason()).contains("load libbpf: no").contains("install it");
            assertThat(source.limits()).containsExactly("limits of PROC");
        }
        assertThat(calls).containsExactly("attach EBPF", "close EBPF", "attach PROC", "snapshot PROC", "close PROC");
    }
}
