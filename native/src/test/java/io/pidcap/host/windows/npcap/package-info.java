/** Tests on recorded bytes, and of the real binding on stand-in libraries that are compiled here. */
@NullMarked
package io.pidcap.host.windows.npcap;

import org.jspecify.annotations.NullMarked;
