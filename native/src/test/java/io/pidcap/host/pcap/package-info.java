@NullMarked
package io.pidcap.host.pcap;

import org.jspecify.annotations.NullMarked;
