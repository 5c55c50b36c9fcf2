/** One real worker driven by messages alone. */
@NullMarked
package io.pidcap.it.protocol;

import org.jspecify.annotations.NullMarked;
