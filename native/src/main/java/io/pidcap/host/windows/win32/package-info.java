/** The calls of Windows itself that every part needs: kernel32, its error words, its times. */
@NullMarked
package io.pidcap.host.windows.win32;

import org.jspecify.annotations.NullMarked;
