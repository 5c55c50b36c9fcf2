/** Linux: what /proc tells. */
@NullMarked
package io.pidcap.host.linux;

import org.jspecify.annotations.NullMarked;
