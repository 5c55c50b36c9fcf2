/**
 * The words of pidcap as immutable values. Nothing here knows of protobuf, Netty, JNA or an operating system.
 *
 * <p>Values are normalised where they enter the program: ports are host-order ints, an IPv4-mapped IPv6 address is the
 * IPv4 address, and the unspecified address of both families is the one value {@link
 * io.pidcap.protocol.model.IpAddress#ANY}.
 */
@NullMarked
package io.pidcap.protocol.model;

import org.jspecify.annotations.NullMarked;
