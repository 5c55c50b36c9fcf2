/** Tests on records as the driver is documented to fill them, and of the real binding on a stand-in for it. */
@NullMarked
package io.pidcap.host.windows.windivert;

import org.jspecify.annotations.NullMarked;
