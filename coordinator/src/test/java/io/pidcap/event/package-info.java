@NullMarked
package io.pidcap.event;

import org.jspecify.annotations.NullMarked;
