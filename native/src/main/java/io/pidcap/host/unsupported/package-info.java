/** A system that pidcap does not know: every method says so. */
@NullMarked
package io.pidcap.host.unsupported;

import org.jspecify.annotations.NullMarked;
