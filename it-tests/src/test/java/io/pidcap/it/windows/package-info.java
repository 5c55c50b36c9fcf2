/** Sessions whose event-worker has the backend of Windows, on stand-ins for Windows' libraries. */
@NullMarked
package io.pidcap.it.windows;

import org.jspecify.annotations.NullMarked;
