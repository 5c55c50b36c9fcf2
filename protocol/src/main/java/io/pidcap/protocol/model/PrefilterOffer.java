package io.pidcap.protocol.model;

/**
 * What a capture needs of an event source to have its packets filtered in the kernel: the kernel's ids of maps that the
 * source keeps while it is attached. The kernel gives no id twice.
 *
 * @param programsId through which the filter is called; empty once the source is gone
 * @param countersId what the filter dropped
 */
public record PrefilterOffer(int programsId, int countersId) {}
