package io.pidcap.protocol.wire;

import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.channel.socket.ChannelOutputShutdownException;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What Netty reports of a broken pipe, in the words of the pipe. */
final class PipeErrors {
    private PipeErrors() {}

    static Throwable translated(Throwable error) {
        if (error instanceof TooLongFrameException) {
            return new ProtocolException("a frame is over the limit: " + error.getMessage(), error);
        }
        if (error instanceof CorruptedFrameException) {
            return new ProtocolException("a frame's length is garbage: " + error.getMessage(), error);
        }
        if (error instanceof ChannelOutputShutdownException && error.getCause() != null) {
            // What Netty says of every write behind the one that failed; the cause is what the system said.
            return error.getCause();
        }
        if (error instanceof DecoderException) {
            Throwable cause = error.getCause();
            return cause instanceof InvalidProtocolBufferException
                    ? new ProtocolException("a frame does not hold a message: " + cause.getMessage(), error)
                    : error;
        }
        return error;
    }

    /**
     * True for the error that a Unix domain socket gives at the end of what a peer sent which closed without reading all
     * that was sent to it (ECONNRESET, unix_release_sock in the kernel). Nothing of the peer's is lost by it: it is a
     * close like any other.
     */
    static boolean isPeerClosed(@Nullable Throwable error) {
        if (!(error instanceof IOException)) {
            return false;
        }
        String message = error.getMessage();
        return message != null && message.startsWith("Connection reset");
    }
}
