package io.pidcap.host;

import io.pidcap.protocol.model.PrefilterDecision;
import io.pidcap.protocol.model.PrefilterOffer;
import io.pidcap.protocol.model.PrefilterSeen;

/**
 * Has the kernel drop packets of which it is decided that nobody wants them, before a capture copies them. The decisions
 * are made elsewhere; here is seen to it that none is followed that something newer may have overtaken.
 *
 * <p>Used by the thread of the {@link FlowEventSource} that it belongs to, between two calls of {@link
 * FlowEventSource#next}.
 */
public interface Prefilter {
    /** What a {@link PacketSource} needs to use it. */
    PrefilterOffer offer();

    /** What belongs to the batch that {@link FlowEventSource#next} returned last. */
    PrefilterSeen seen();

    /** Where it cannot, nothing is dropped any more. */
    void apply(PrefilterDecision decision);
}
