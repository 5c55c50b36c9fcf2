/** Tests of the pipe, over real sockets where sockets matter. */
@NullMarked
package io.pidcap.protocol.wire;

import org.jspecify.annotations.NullMarked;
