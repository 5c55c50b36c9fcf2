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
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listening end until the verdict: waits for Hello, judges it, and gives way to the conversation. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty's futures; their failures come through the pipeline
final class ServerHandshake extends SimpleChannelInboundHandler<Envelope> {
    private static final Logger LOG = LoggerFactory.getLogger(ServerHandshake.class);

    private static final int MOST_BUILD_CHARACTERS = 64;
    private static final Pattern NOT_PRINTABLE = Pattern.compile("[^ -~]");

    private final PipeConnection connection;
    private final PipeServer.Admission admission;
    private final @Nullable UserPrincipal peerUser;
    private final Refusals refusals;
    private final WaitingPeers waiting;
    private @Nullable ScheduledFuture<?> deadline;
    private boolean decided;

    ServerHandshake(
            PipeConnection connection,
            PipeServer.Admission admission,
            @Nullable UserPrincipal peerUser,
            Refusals refusals,
            WaitingPeers waiting) {
        this.connection = connection;
        this.admission = admission;
        this.peerUser = peerUser;
        this.refusals = refusals;
        this.waiting = waiting;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        deadline = ctx.executor().schedule(() -> tooLate(ctx), PipeLimits.HELLO_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
        waiting.add(this);
    }

    private void decide() {
        decided = true;
        waiting.remove(this);
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    private void tooLate(ChannelHandlerContext ctx) {
        if (!decided) {
            decide();
            refusals.add(
                    Refusals.Cause.NO_HELLO, "no Hello within " + PipeLimits.HELLO_TIMEOUT_MILLIS + " ms" + peer());
            ctx.close();
        }
    }

    /** Others came, and this one has waited longest. */
    void giveWay() {
        refuse(
                0,
                RejectReason.REJECT_REASON_TOO_MANY,
                "more than " + PipeLimits.MAX_WAITING_PEERS + " peers have said no Hello, this one for longest");
    }

    private String peer() {
        return peerUser == null ? "" : " (a process of " + peerUser.getName() + ")";
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
        decide();
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
                + PipeLimits.WIRE_MINOR + ", the peer (build " + printable(hello.getBuild()) + ") "
                + Integer.toUnsignedString(hello.getWireMajor()) + "."
                + Integer.toUnsignedString(hello.getWireMinor()) + "; both must come from one installation of pidcap";
    }

    /** A stranger's text goes into our log. */
    private static String printable(String build) {
        String cut = build.substring(0, Math.min(build.length(), MOST_BUILD_CHARACTERS));
        return NOT_PRINTABLE.matcher(cut).replaceAll("?");
    }

    private void refuse(long inReplyTo, RejectReason reason, String message) {
        decide();
        refusals.add(causeOf(reason), message + peer());
        connection.refuse(
                inReplyTo,
                Envelope.newBuilder()
                        .setReject(Reject.newBuilder().setReason(reason).setMessage(message)));
    }

    private static Refusals.Cause causeOf(RejectReason reason) {
        return switch (reason) {
            case REJECT_REASON_VERSION -> Refusals.Cause.VERSION;
            case REJECT_REASON_SECRET -> Refusals.Cause.SECRET;
            case REJECT_REASON_NOT_ALLOWED -> Refusals.Cause.NOT_ALLOWED;
            case REJECT_REASON_TOO_MANY -> Refusals.Cause.TOO_MANY;
            case REJECT_REASON_PROTOCOL, REJECT_REASON_UNSPECIFIED, UNRECOGNIZED -> Refusals.Cause.PROTOCOL;
        };
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
            decide();
            LOG.error("a peer could not be admitted and was closed", translated);
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Throwable torn = connection.cause();
        if (!decided && torn != null) {
            refusals.add(Refusals.Cause.PROTOCOL, torn.getMessage() + peer());
        }
        decide();
        connection.markClosed();
    }
}
