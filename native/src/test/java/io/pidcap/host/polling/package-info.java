/** Tests of the same package. */
@NullMarked
package io.pidcap.host.polling;

import org.jspecify.annotations.NullMarked;
