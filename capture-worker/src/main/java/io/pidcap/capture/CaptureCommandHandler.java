package io.pidcap.capture;

import io.pidcap.host.PacketSourceConfig;
import io.pidcap.protocol.model.PrefilterOffer;
import io.pidcap.protocol.v1.Envelope;
import io.pidcap.protocol.v1.StartCapture;
import io.pidcap.protocol.wire.Pipe;
import io.pidcap.protocol.wire.PipeLimits;
import io.pidcap.protocol.wire.PipeListener;
import io.pidcap.protocol.wire.PrefilterMapper;
import io.pidcap.protocol.wire.ProtocolException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages in: checks, and posts to the worker. What it throws as {@link ProtocolException} the pipe answers with a {@code
 * Failure}.
 */
final class CaptureCommandHandler implements PipeListener {
    private static final Logger LOG = LoggerFactory.getLogger(CaptureCommandHandler.class);
    private static final int MAX_SNAPLEN = 262144;

    private final CommandQueue queue;
    private boolean stopPosted;
    private boolean silenceLogged;

    CaptureCommandHandler(CommandQueue queue) {
        this.queue = queue;
    }

    @Override
    public void received(Pipe pipe, Envelope envelope) {
        long sequence = envelope.getSequence();
        switch (envelope.getBodyCase()) {
            case STOP -> stop();
            case START_CAPTURE -> {
                CaptureRequest request = checked(envelope.getStartCapture());
                offer(worker -> worker.start(sequence, request));
            }
            case USE_PREFILTER -> {
                PrefilterOffer prefilter =
                        PrefilterMapper.toModel(envelope.getUsePrefilter().getOffer());
                offer(worker -> worker.usePrefilter(sequence, prefilter));
            }
            case LIST_INTERFACES -> offer(worker -> worker.listInterfaces(sequence));
            case PROBE_FEATURES -> {
                String interfaceName = envelope.getProbeFeatures().getInterface();
                offer(worker -> worker.probe(sequence, interfaceName));
            }
            case FAILURE ->
                LOG.warn(
                        "the coordinator answered message {} with: {}",
                        envelope.getInReplyTo(),
                        envelope.getFailure().getMessage());
            default -> throw new ProtocolException("a capture-worker is not sent this");
        }
    }

    /** The time is taken here: what arrives while the worker is busy with something else is after the stop. */
    private void stop() {
        if (!stopPosted) {
            stopPosted = true;
            long arrivedNanoTime = System.nanoTime();
            queue.post(worker -> worker.stop(arrivedNanoTime));
        }
    }

    private void offer(WorkerCommand command) {
        if (!queue.offer(command)) {
            throw new ProtocolException("too many requests are waiting for an answer");
        }
    }

    private static CaptureRequest checked(StartCapture message) {
        require(message.getInterfacesCount() > 0, "interfaces is empty");
        require(message.getInterfacesList().stream().noneMatch(String::isEmpty), "interfaces has an empty name");
        require(
                message.getSnaplen() >= 1 && message.getSnaplen() <= MAX_SNAPLEN,
                "snaplen is not in 1.." + MAX_SNAPLEN);
        require(message.getBufferBytes() > 0, "buffer_bytes is not in 1.." + Integer.MAX_VALUE);
        require(message.getSegmentBytes() > 0, "segment_bytes is not positive");
        return new CaptureRequest(
                message.getInterfacesList().stream()
                        .map(name -> new PacketSourceConfig(
                                name,
                                message.getSnaplen(),
                                message.getPromiscuous(),
                                message.getBufferBytes(),
                                message.getFilter()))
                        .toList(),
                directory(message.getSpoolDirectory()),
                message.getSegmentBytes());
    }

    private static Path directory(String text) {
        try {
            Path directory = Path.of(text);
            require(directory.isAbsolute(), "spool_directory is not absolute");
            return directory;
        } catch (InvalidPathException e) {
            throw new ProtocolException("StartCapture.spool_directory is not a path", e);
        }
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new ProtocolException("StartCapture." + what);
        }
    }

    @Override
    public void silent(Pipe pipe) {
        if (!silenceLogged) {
            silenceLogged = true;
            LOG.warn("the coordinator has said nothing for {} ms; the capture goes on", PipeLimits.SILENCE_MILLIS);
        }
    }

    @Override
    public void closed(Pipe pipe, @Nullable Throwable cause) {
        queue.post(worker -> worker.pipeClosed(cause));
    }
}
