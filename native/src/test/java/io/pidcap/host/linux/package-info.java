/** Tests against recorded and invented trees of /proc, and against the real one with processes of their own. */
@NullMarked
package io.pidcap.host.linux;

import org.jspecify.annotations.NullMarked;
