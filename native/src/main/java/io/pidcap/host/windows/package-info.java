/**
 * Windows: packets by Npcap, flow events by WinDivert, sockets by IP Helper, processes by Toolhelp. Everything that only turns
 * bytes into records runs on any system; what calls Windows is tried elsewhere against stand-in libraries with the same exports (native/src/test/resources).
 */
@NullMarked
package io.pidcap.host.windows;

import org.jspecify.annotations.NullMarked;
