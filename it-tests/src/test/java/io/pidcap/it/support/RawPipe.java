package io.pidcap.it.support;

import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.GetStatus;
import io.pidcap.protocol.v1.Hello;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.wire.PipeLimits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A connection to one of a session's sockets that keeps no rule: it sends any bytes, reads when it likes, or never. */
public final class RawPipe implements AutoCloseable {
    private final SocketChannel channel;
    private final InputStream input;

    private RawPipe(SocketChannel channel) {
        this.channel = channel;
        this.input = Channels.newInputStream(channel);
    }

    public static RawPipe connect(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return new RawPipe(channel);
    }

    /** The Hello of a command. */
    public static Hello.Builder commandHello() {
        return Hello.newBuilder()
                .setWireMajor(PipeLimits.WIRE_MAJOR)
                .setWireMinor(PipeLimits.WIRE_MINOR)
                .setRole(Role.ROLE_CONTROL)
                .setBuild("test");
    }

    public static byte[] hello(Hello.Builder hello) throws IOException {
        return frame(Envelope.newBuilder().setSequence(1).setHello(hello));
    }

    public static byte[] getStatus(long sequence) throws IOException {
        return frame(Envelope.newBuilder().setSequence(sequence).setGetStatus(GetStatus.getDefaultInstance()));
    }

    public static byte[] frame(Envelope.Builder envelope) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        envelope.build().writeDelimitedTo(out);
        return out.toByteArray();
    }

    /** As a command that is let in. */
    public static RawPipe command(Path socket) throws IOException {
        RawPipe pipe = connect(socket);
        pipe.send(hello(commandHello()));
        Envelope answer = pipe.read();
        if (answer == null || !answer.hasWelcome()) {
            throw new AssertionError("not welcome: " + answer);
        }
        return pipe;
    }

    /** @return false: the other end has closed */
    public boolean send(byte... bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            return true;
        } catch (IOException e) {
            if (isClosed(e)) {
                return false;
            }
            throw e;
        }
    }

    /** Nothing more will be sent, but answers can be read. */
    public void endOfInput() throws IOException {
        channel.shutdownOutput();
    }

    /** @return null: the other end has closed */
    public @Nullable Envelope read() throws IOException {
        try {
            return Envelope.parseDelimitedFrom(input);
        } catch (IOException e) {
            if (isClosed(e)) {
                return null;
            }
            throw e;
        }
    }

    /** Waits until the other end closes; what it says before that is dropped. */
    public void awaitClosed() throws IOException {
        Envelope last = read();
        while (last != null) {
            last = read();
        }
    }

    private static boolean isClosed(IOException e) {
        String words = String.valueOf(e.getMessage());
        return words.contains("Broken pipe") || words.contains("Connection reset");
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
