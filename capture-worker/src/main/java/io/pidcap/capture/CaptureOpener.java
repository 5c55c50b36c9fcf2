package io.pidcap.capture;

import io.pidcap.host.HostBackend;
import io.pidcap.host.HostException;
import io.pidcap.host.PacketSource;
import io.pidcap.host.PacketSourceConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Opens all interfaces that a request names, each with its first segment, or none. */
final class CaptureOpener {
    private final HostBackend host;
    private final int run;
    private final Consumer<SpoolPosition> announcements;
    private final CaptureLoop.EndListener endListener;

    CaptureOpener(
            HostBackend host, int run, Consumer<SpoolPosition> announcements, CaptureLoop.EndListener endListener) {
        this.host = host;
        this.run = run;
        this.announcements = announcements;
        this.endListener = endListener;
    }

    /**
     * The loops are not started: packets gather in the system's buffers until they are.
     *
     * @throws HostException the first refusal; what was open before it is closed
     */
    List<CaptureLoop> open(CaptureRequest request) {
        List<CaptureLoop> loops = new ArrayList<>();
        try {
            for (PacketSourceConfig config : request.interfaces()) {
                loops.add(openOne(request, config, loops.size()));
            }
            return loops;
        } catch (RuntimeException e) {
            loops.forEach(CaptureLoop::discard);
            throw e;
        }
    }

    private CaptureLoop openOne(CaptureRequest request, PacketSourceConfig config, int number) {
        PacketSource source = host.openPacketSource(config);
        try {
            SpoolWriter spool = new SpoolWriter(source, request.spoolDirectory(), run, number, request.segmentBytes());
            return new CaptureLoop(config.interfaceName(), number, source, spool, announcements, endListener);
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
    }
}
