package io.pidcap.protocol.model;

/**
 * A span in which an event source has lost events, and which is over: at its end the source has looked at everything
 * anew and told what it had missed. What began and ended within it stays unknown.
 *
 * @param from up to here everything was told
 * @param until when the source looked anew; from then on everything is told again
 */
public record FlowGap(ObservedTime from, ObservedTime until) {}
