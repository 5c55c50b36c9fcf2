/** The source of events of any system whose tables can be looked at: again and again, and what differs is told. */
@NullMarked
package io.pidcap.host.polling;

import org.jspecify.annotations.NullMarked;
