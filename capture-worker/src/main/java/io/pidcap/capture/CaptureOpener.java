package io.pidcap.capture;

import io.pidcap.host.HostBackend;
import io.pidcap.host.HostException;
import io.pidcap.host.PacketSource;
import io.pidcap.host.PacketSourceConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens all interfaces that a request names, each with its first segment, or none. */
final class CaptureOpener {
    private static final Logger LOG = LoggerFactory.getLogger(CaptureOpener.class);

    private final HostBackend host;
    private final int run;
    private final int becomes;
    private final Consumer<SpoolPosition> announcements;
    private final CaptureLoop.EndListener endListener;

    /** @param becomes see {@link WorkerArguments} */
    CaptureOpener(
            HostBackend host,
            int run,
            int becomes,
            Consumer<SpoolPosition> announcements,
            CaptureLoop.EndListener endListener) {
        this.host = host;
        this.run = run;
        this.becomes = becomes;
        this.announcements = announcements;
        this.endListener = endListener;
    }

    /**
     * The loops are not started: packets gather in the system's buffers until they are. Nothing that needs a privilege comes
     * after the devices, so the privileges go before the first file is made.
     *
     * @throws HostException the first refusal; what was open before it is closed
     */
    List<CaptureLoop> open(CaptureRequest request) {
        List<PacketSource> sources = new ArrayList<>();
        List<CaptureLoop> loops = new ArrayList<>();
        try {
            List<PacketSourceConfig> configs = request.interfaces().stream()
                    .flatMap(config ->
                            host.interfacesOf(config.interfaceName()).stream().map(config::withInterface))
                    .toList();
            for (PacketSourceConfig config : configs) {
                sources.add(host.openPacketSource(config));
            }
            LOG.info("{}", host.dropPrivileges(request.spoolDirectory(), becomes));
            for (int i = 0; i < sources.size(); i++) {
                loops.add(loop(request, configs.get(i).interfaceName(), sources.get(i), i));
            }
            return loops;
        } catch (RuntimeException e) {
            loops.forEach(CaptureLoop::discard);
            sources.forEach(PacketSource::close);
            throw e;
        }
    }

    private CaptureLoop loop(CaptureRequest request, String interfaceName, PacketSource source, int number) {
        SpoolWriter spool = new SpoolWriter(source, request.spoolDirectory(), run, number, request.segmentBytes());
        return new CaptureLoop(
                interfaceName, number, source, spool, host::dropThreadPrivileges, announcements, endListener);
    }
}
