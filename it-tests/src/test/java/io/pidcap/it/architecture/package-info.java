/** What may depend on what. */
@NullMarked
package io.pidcap.it.architecture;

import org.jspecify.annotations.NullMarked;
