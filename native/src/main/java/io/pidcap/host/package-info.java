/**
 * The ports behind which everything lives that only an operating system can tell: packets, flow events, sockets,
 * processes, clocks, features. One package per system implements them; {@link io.pidcap.host.HostBackends} chooses
 * once. Nothing in these signatures is a JNA or pcap4j type.
 */
@NullMarked
package io.pidcap.host;

import org.jspecify.annotations.NullMarked;
