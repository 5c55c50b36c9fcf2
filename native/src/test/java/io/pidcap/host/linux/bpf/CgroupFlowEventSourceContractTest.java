package io.pidcap.host.linux.bpf;

import io.pidcap.host.FlowEventSource;
import io.pidcap.host.FlowEventSourceContract;
import io.pidcap.host.SocketActor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;

/** What every source does, by the exact one. */
class CgroupFlowEventSourceContractTest extends FlowEventSourceContract {
    @BeforeEach
    void requireEbpf() {
        SocketActor.require();
        Ebpf.require();
    }

    @Override
    protected FlowEventSource open() {
        return Ebpf.open();
    }

    @Override
    protected Actor startActor() throws IOException {
        SocketActor actor = SocketActor.start();
        Map<Integer, String> names = new HashMap<>();
        return new Actor() {
            @Override
            public int pid() {
                return actor.pid();
            }

            @Override
            public int bindUdp() {
                String name = "s" + names.size();
                int port = actor.number("open " + name + " udp 4 127.0.0.1");
                names.put(port, name);
                return port;
            }

            @Override
            public void close(int port) {
                actor.tell("close " + names.get(port));
            }

            @Override
            public void end() {
                try {
                    actor.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }
}
