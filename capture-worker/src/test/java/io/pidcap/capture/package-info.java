@NullMarked
package io.pidcap.capture;

import org.jspecify.annotations.NullMarked;
