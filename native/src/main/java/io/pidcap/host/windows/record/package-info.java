/** Writes down what Windows tells, byte for byte, so that it can be told again where there is no Windows. */
@NullMarked
package io.pidcap.host.windows.record;

import org.jspecify.annotations.NullMarked;
