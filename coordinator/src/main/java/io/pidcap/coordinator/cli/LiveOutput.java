package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.session.CaptureOutput;
import io.pidcap.coordinator.session.OutputStyle;
import io.pidcap.coordinator.session.SessionException;
import io.pidcap.coordinator.session.SessionException.Kind;
import io.pidcap.coordinator.session.StreamOutput;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.time.ZoneId;

/** Packets to standard output; nothing else may be written there then. */
final class LiveOutput {
    private LiveOutput() {}

    /** @throws SessionException it is a terminal, or cannot be written */
    static CaptureOutput pcapng(OutputStyle style) {
        if (Terminal.isStdout()) {
            throw new SessionException(
                    Kind.USAGE,
                    "write packets to standard output: it is a terminal",
                    "add a program that reads them, as in `pidcap capture … -w - | tshark -r -`, or leave out -w to have "
                            + "them printed");
        }
        try {
            return StreamOutput.pcapng(standardOutput(), style);
        } catch (IOException e) {
            throw SessionException.output(e);
        }
    }

    static CaptureOutput printed(boolean json) {
        return StreamOutput.printed(standardOutput(), json, ZoneId.systemDefault());
    }

    /** Not System.out, which keeps errors to itself. */
    private static FileChannel standardOutput() {
        return new FileOutputStream(FileDescriptor.out).getChannel();
    }
}
