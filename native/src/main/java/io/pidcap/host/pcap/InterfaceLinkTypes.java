package io.pidcap.host.pcap;

import io.pidcap.host.HostException;
import io.pidcap.protocol.model.LinkType;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an interface's packets can be, learnt by opening it. */
public final class InterfaceLinkTypes {
    private static final Logger LOG = LoggerFactory.getLogger(InterfaceLinkTypes.class);

    private InterfaceLinkTypes() {}

    /** The one of a capture first; none where it does not open. */
    public static List<LinkType> of(PcapSystem system, String interfaceName) {
        try (PcapDevice open = PcapDevice.probe(system, interfaceName)) {
            return open.dlts().stream().map(LinkTypes::ofDlt).toList();
        } catch (HostException e) {
            LOG.debug("link types of {} are not known: {}", interfaceName, e.getMessage());
            return List.of();
        }
    }
}
