package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.output.CaptureOutput;
import io.pidcap.coordinator.output.OutputStyle;
import io.pidcap.coordinator.output.StreamOutput;
import io.pidcap.coordinator.output.StreamOutput.Waiting;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.ZoneId;

/** Packets to standard output, where nothing else may be written then, or to a named pipe. */
final class LiveOutput {
    private LiveOutput() {}

    /** @throws SessionException it is a terminal, or cannot be written */
    static CaptureOutput pcapng(OutputStyle style, Waiting waiting) {
        if (Terminal.isStdout()) {
            throw new SessionException(
                    Kind.USAGE,
                    "write packets to standard output: it is a terminal",
                    "add a program that reads them, as in `pidcap capture … -w - | tshark -r -`, or leave out -w to have "
                            + "them printed");
        }
        try {
            return StreamOutput.capture(standardOutput(), StreamOutput.STANDARD_OUTPUT, style, waiting);
        } catch (IOException e) {
            throw SessionException.output(e);
        }
    }

    /**
     * Waits until a program opens the pipe to read it.
     *
     * @throws SessionException it cannot be written
     */
    static CaptureOutput toNamedPipe(Path pipe, OutputStyle style, Waiting waiting) {
        try {
            FileChannel channel = FileChannel.open(pipe, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            return StreamOutput.capture(channel, pipe, style, waiting);
        } catch (IOException e) {
            throw SessionException.output("open", pipe, e);
        }
    }

    /** @throws SessionException packets have no place to wait */
    static CaptureOutput printed(boolean json, Waiting waiting) {
        try {
            return StreamOutput.printed(standardOutput(), json, ZoneId.systemDefault(), waiting);
        } catch (IOException e) {
            throw SessionException.output(e);
        }
    }

    /** Not System.out, which keeps errors to itself. */
    private static FileChannel standardOutput() {
        return new FileOutputStream(FileDescriptor.out).getChannel();
    }
}
