package io.pidcap.host.windows.iphelper;

import io.pidcap.host.HostException;
import io.pidcap.protocol.model.IpAddress;
import io.pidcap.protocol.model.LocalAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The addresses of this host, asked for at most once a second, because Windows takes its time. One thread at a time. */
final class HostAddresses {
    private static final long ASK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long netnsId;
    private @Nullable List<LocalAddress> known;
    private long askedNanos;

    /** @param netnsId given to every address */
    HostAddresses(long netnsId) {
        this.netnsId = netnsId;
    }

    /**
     * @param nowNanos of the monotonic clock
     * @throws HostException where they cannot be listed
     */
    List<LocalAddress> read(long nowNanos) {
        List<LocalAddress> addresses = known;
        if (addresses == null || nowNanos - askedNanos >= ASK_AGAIN_NANOS) {
            addresses = list();
            known = addresses;
            askedNanos = nowNanos;
        }
        return addresses;
    }

    private List<LocalAddress> list() {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .map(address -> new LocalAddress(netnsId, IpAddress.ofBytes(address.getAddress())))
                    .distinct()
                    .toList();
        } catch (SocketException e) {
            throw new HostException(HostException.Code.IO, "list the addresses of this host: " + e.getMessage(), "", e);
        }
    }
}
