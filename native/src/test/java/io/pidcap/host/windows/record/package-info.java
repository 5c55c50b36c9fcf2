/** Recordings, made on the stand-ins and told again to them. */
@NullMarked
package io.pidcap.host.windows.record;

import org.jspecify.annotations.NullMarked;
