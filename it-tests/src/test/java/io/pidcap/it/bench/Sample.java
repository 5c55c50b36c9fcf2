package io.pidcap.it.bench;

/**
 * What one run of a process took.
 *
 * @param wallSeconds from its start to its end
 * @param cpuSeconds of all its threads and of the children that it waited for, user and system
 */
public record Sample(double wallSeconds, double cpuSeconds) {}
