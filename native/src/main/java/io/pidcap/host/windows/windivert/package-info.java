/** WinDivert 2.2: the events of its SOCKET and FLOW layers, and who owns what by them. */
@NullMarked
package io.pidcap.host.windows.windivert;

import org.jspecify.annotations.NullMarked;
