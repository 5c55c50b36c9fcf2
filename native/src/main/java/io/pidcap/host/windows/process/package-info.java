/** Processes by Toolhelp and by handles to them. */
@NullMarked
package io.pidcap.host.windows.process;

import org.jspecify.annotations.NullMarked;
