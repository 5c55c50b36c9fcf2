package io.pidcap.protocol.file;

import java.nio.ByteBuffer;

/** The packet where a reader stands, told by methods, without an object for it; it is another one after the next step. */
public interface CapturedPacket {
    /** Holds the packet's bytes at {@link #dataOffset}; not to be changed. */
    ByteBuffer buffer();

    /** Of the packet's first byte, in {@link #buffer}. */
    int dataOffset();

    int capturedLength();

    /** On the wire; never less than 0, in odd files less than {@link #capturedLength}. */
    int originalLength();

    /** When the packet was seen. */
    long epochNanos();
}
