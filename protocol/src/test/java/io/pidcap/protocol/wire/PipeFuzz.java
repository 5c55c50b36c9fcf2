package io.pidcap.protocol.wire;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Whatever comes through a pipe, before and after the handshake, in whatever pieces: messages or a refusal.
 */
final class PipeFuzz {
    // Each of the refusals, thousands a second, is logged.
    private static final Logger LOG = Logger.getLogger("io.pidcap.protocol.wire");

    static {
        LOG.setLevel(Level.OFF);
    }

    @FuzzTest(maxDuration = "10s")
    void shouldTakeOrRefuse(byte[] bytes) throws IOException {
        EmbeddedPipe stranger = new EmbeddedPipe((end, hello, user) -> new RecordingListener());
        feed(stranger, bytes);
        EmbeddedPipe admitted = EmbeddedPipe.admitted();
        feed(admitted, bytes);
    }

    private static void feed(EmbeddedPipe pipe, byte[] bytes) {
        int half = bytes.length / 2;
        pipe.receive(bytes, 0, half);
        pipe.receive(bytes, half, bytes.length);
        pipe.channel.checkException();
        pipe.end();
    }
}
