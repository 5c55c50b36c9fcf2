/** Follows the spool, keeps the packets of the wanted processes and writes them to the output. */
@NullMarked
package io.pidcap.coordinator.filter;

import org.jspecify.annotations.NullMarked;
