/** Packets by Npcap. */
@NullMarked
package io.pidcap.host.windows.npcap;

import org.jspecify.annotations.NullMarked;
