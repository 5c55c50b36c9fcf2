/**
 * What Wireshark asks of a program that adds an interface to its list, and the answers: extcap(4), the Developer's Guide,
 * "Adding Capture Interfaces And Log Sources Using Extcap". Knows Wireshark, but neither the command line nor a session.
 */
@NullMarked
package io.pidcap.coordinator.extcap;

import org.jspecify.annotations.NullMarked;
