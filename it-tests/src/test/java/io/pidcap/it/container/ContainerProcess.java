package io.pidcap.it.container;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.async.ResultCallback;
import com.github.dockerjava.api.model.Frame;
import com.github.dockerjava.api.model.StreamType;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A command that runs in a container on this machine; its standard error goes to ours. Ends with its standard input. */
final class ContainerProcess extends Process {
    private static final int PIPE_BYTES = 1 << 16;

    private final DockerClient docker;
    private final String execution;
    private final PipedInputStream inputEnd = new PipedInputStream(PIPE_BYTES);
    private final OutputStream input = new PipedOutputStream(inputEnd) {
        @Override
        public void close() throws IOException {
            super.close();
            // The client library does not pass the end of input on.
            destroy();
        }
    };
    private final PipedInputStream output = new PipedInputStream(PIPE_BYTES);
    private final PipedOutputStream outputEnd = new PipedOutputStream(output);
    private final ResultCallback.Adapter<Frame> ended;

    ContainerProcess(DockerClient docker, String container, List<String> command) throws IOException {
        this.docker = docker;
        execution = docker.execCreateCmd(container)
                .withCmd(command.toArray(String[]::new))
                .withAttachStdin(true)
                .withAttachStdout(true)
                .withAttachStderr(true)
                .exec()
                .getId();
        ended = docker.execStartCmd(execution).withStdIn(inputEnd).exec(new Frames());
    }

    /** Called by the client's thread that reads the connection. */
    private final class Frames extends ResultCallback.Adapter<Frame> {
        @Override
        public void onNext(Frame frame) {
            if (frame.getStreamType() == StreamType.STDERR) {
                System.err.print(new String(frame.getPayload(), StandardCharsets.UTF_8));
                return;
            }
            try {
                outputEnd.write(frame.getPayload());
                outputEnd.flush();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void onComplete() {
            super.onComplete();
            try {
                outputEnd.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public OutputStream getOutputStream() {
        return input;
    }

    @Override
    public InputStream getInputStream() {
        return output;
    }

    @Override
    public InputStream getErrorStream() {
        return InputStream.nullInputStream();
    }

    @Override
    public boolean waitFor(long timeout, TimeUnit unit) throws InterruptedException {
        return ended.awaitCompletion(timeout, unit);
    }

    @Override
    public int waitFor() throws InterruptedException {
        ended.awaitCompletion();
        return exitValue();
    }

    @Override
    public int exitValue() {
        Long code = docker.inspectExecCmd(execution).exec().getExitCodeLong();
        if (code == null) {
            throw new IllegalThreadStateException("runs");
        }
        return code.intValue();
    }

    /** As the daemon's machine counts. */
    @Override
    public long pid() {
        return docker.inspectExecCmd(execution).exec().getPidLong();
    }

    @Override
    public void destroy() {
        ProcessHandle.of(pid()).ifPresent(ProcessHandle::destroy);
    }
}
