package io.pidcap.coordinator.output;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** Leaves out the first bytes of what is written: the header of a file that has one already. */
final class HeadlessChannel implements WritableByteChannel {
    private final WritableByteChannel channel;
    private int headBytesLeft;

    HeadlessChannel(WritableByteChannel channel, int headBytes) {
        this.channel = channel;
        this.headBytesLeft = headBytes;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
        int head = Math.min(headBytesLeft, bytes.remaining());
        bytes.position(bytes.position() + head);
        headBytesLeft -= head;
        return head + (bytes.hasRemaining() ? channel.write(bytes) : 0);
    }

    @Override
    public boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
