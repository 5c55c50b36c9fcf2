/** Packets through libpcap or Npcap, the same on both systems. */
@NullMarked
package io.pidcap.host.pcap;

import org.jspecify.annotations.NullMarked;
