/** The socket tables of IP Helper (iphlpapi.h): their bytes, their reading, and whose the sockets are. */
@NullMarked
package io.pidcap.host.windows.iphelper;

import org.jspecify.annotations.NullMarked;
