package io.pidcap.protocol.model;

import java.util.List;

/**
 * What shall be dropped in the kernel, and whom it shall watch for that. Carried out in the order of the fields.
 *
 * @param number from 1, without gaps in a run of the event-worker
 * @param unwatch processes that are gone, or are wanted by now
 * @param watch processes that are not wanted: it is counted when they become another
 * @param trust those of them that were still not wanted when they were watched already: what they do next is not counted,
 *     unless they have changed meanwhile
 * @param marks ports of which something else is true than before
 * @param settled {@link PrefilterSeen#raised} of the batch that this decides
 */
public record PrefilterDecision(
        long number,
        List<Integer> unwatch,
        List<Integer> watch,
        List<Integer> trust,
        List<PortMark> marks,
        long settled) {
    /** As many ports as there are of a protocol. */
    public static final int PORTS = 65536;

    public PrefilterDecision {
        unwatch = List.copyOf(unwatch);
        watch = List.copyOf(watch);
        trust = List.copyOf(trust);
        marks = List.copyOf(marks);
    }

    /** Who has to do with a port. */
    public enum Owners {
        /** Nobody, as far as is known. */
        NOBODY,
        /** Only processes that are watched. */
        UNWANTED,
        /** Somebody who is wanted, or may be. */
        OTHERS
    }

    /**
     * @param port TCP's from 0 on, UDP's from {@value #PORTS} on
     * @param told {@link PrefilterSeen.PortCount#told} as this is decided by
     */
    public record PortMark(int port, long told, Owners owners) {}
}
