@NullMarked
package io.pidcap.it.reading;

import org.jspecify.annotations.NullMarked;
