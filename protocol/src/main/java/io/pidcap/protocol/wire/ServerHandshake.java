package io.pidcap.protocol.wire;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.concurrent.ScheduledFuture;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.Hello;
import io.pidcap.protocol.v1.Reject;
import io.pidcap.protocol.v1.RejectReason;
import io.pidcap.protocol.v1.Role;
import io.pidcap.protocol.v1.Welcome;
import java.nio.file.attribute.UserPrincipal;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listening end until the verdict: waits for Hello, judges it, and gives way to the conversation. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty's futures; their failures come through the pipeline
final class ServerHandshake extends SimpleChannelInboundHandler<Envelope> {
    private static final Logger LOG = LoggerFactory.getLogger(ServerHandshake.class);

    private final PipeConnection connection;
    private final PipeServer.Admission admission;
    private final @Nullable UserPrincipal peerUser;
    private @Nullable ScheduledFuture<?> deadline;
    private boolean decided;

    ServerHandshake(PipeConnection connection, PipeServer.Admission admission, @Nullable UserPrincipal peerUser) {
        this.connection = connection;
        this.admission = admission;
        this.peerUser = peerUser;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadline = ctx.executor().schedule(() -> tooLate(ctx), PipeLimits.HELLO_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void tooLate(ChannelHandlerContext ctx) {
        if (!decided) {
            decided = true;
            LOG.warn("a peer said no Hello within {} ms and was closed", PipeLimits.HELLO_TIMEOUT_MILLIS);
            ctx.close();
        }
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, Envelope envelope) {
        if (decided) {
            return;
        }
        if (!envelope.hasHello()) {
            refuse(
                    envelope.getSequence(),
                    RejectReason.REJECT_REASON_PROTOCOL,
                    "the first message must be HELLO, not " + envelope.getBodyCase());
            return;
        }
        judge(ctx, envelope.getSequence(), envelope.getHello());
    }

    private void judge(ChannelHandlerContext ctx, long sequence, Hello hello) {
        if (hello.getWireMajor() != PipeLimits.WIRE_MAJOR) {
            refuse(sequence, RejectReason.REJECT_REASON_VERSION, versionMismatch(hello));
            return;
        }
        if (hello.getRole() == Role.ROLE_UNSPECIFIED || hello.getRole() == Role.UNRECOGNIZED) {
            refuse(
                    sequence,
                    RejectReason.REJECT_REASON_PROTOCOL,
                    "Hello.role " + hello.getRoleValue() + " is not known");
            return;
        }
        PipeListener listener;
        try {
            listener = admission.admit(connection, hello, peerUser);
        } catch (PipeServer.Refusal e) {
            refuse(sequence, e.reason(), String.valueOf(e.getMessage()));
            return;
        }
        decided = true;
        cancelDeadline();
        connection.verdict(
                sequence,
                Envelope.newBuilder()
                        .setWelcome(Welcome.newBuilder()
                                .setWireMajor(PipeLimits.WIRE_MAJOR)
                                .setWireMinor(PipeLimits.WIRE_MINOR)
                                .setBuild(Build.version())));
        Conversation.begin(ctx.pipeline(), this, connection, listener);
    }

    private static String versionMismatch(Hello hello) {
        return "this end (build " + Build.version() + ") speaks wire version " + PipeLimits.WIRE_MAJOR + "."
                + PipeLimits.WIRE_MINOR + ", the peer (build " + hello.getBuild() + ") "
                + Integer.toUnsignedString(hello.getWireMajor()) + "."
                + Integer.toUnsignedString(hello.getWireMinor()) + "; both must come from one installation of pidcap";
    }

    private void refuse(long inReplyTo, RejectReason reason, String message) {
        decided = true;
        cancelDeadline();
        LOG.warn("a peer was refused: {}", message);
        connection.refuse(
                inReplyTo,
                Envelope.newBuilder()
                        .setReject(Reject.newBuilder().setReason(reason).setMessage(message)));
    }

    private void cancelDeadline() {
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable error) {
        if (decided) {
            ctx.close();
            return;
        }
        if (PipeErrors.isPeerClosed(error)) {
            return;
        }
        Throwable translated = PipeErrors.translated(error);
        if (translated instanceof ProtocolException) {
            refuse(0, RejectReason.REJECT_REASON_PROTOCOL, String.valueOf(translated.getMessage()));
        } else {
            decided = true;
            LOG.error("a peer could not be admitted and was closed", translated);
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancelDeadline();
        connection.markClosed();
    }
}
