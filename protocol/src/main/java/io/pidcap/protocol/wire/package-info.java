/**
 * The pipe: protobuf envelopes over Unix domain sockets by Netty. The conversations are specified in the .proto files;
 * this package frames, admits, numbers and keeps alive, and knows nothing of what the bodies mean.
 */
@NullMarked
package io.pidcap.protocol.wire;

import org.jspecify.annotations.NullMarked;
