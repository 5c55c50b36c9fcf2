package io.pidcap.host.linux;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceConfig;
import io.pidcap.protocol.model.HostFeature;
import io.pidcap.protocol.model.SocketSnapshot;
import java.util.List;

/** Everything of Linux that is not packets. */
final class LinuxEvents {
    FlowEventSource openSource(FlowEventSourceConfig config) {
        throw new UnsupportedOperationException();
    }

    SocketSnapshot snapshot() {
        throw new UnsupportedOperationException();
    }

    List<HostFeature> probe() {
        throw new UnsupportedOperationException();
    }
}
