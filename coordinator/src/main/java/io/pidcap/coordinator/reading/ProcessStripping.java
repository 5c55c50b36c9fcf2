package io.pidcap.coordinator.reading;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.output.OutputFormat;
import io.pidcap.coordinator.printing.ProcessComment;
import io.pidcap.protocol.file.CaptureFileException;
import io.pidcap.protocol.file.CaptureInput;
import io.pidcap.protocol.file.ProcessStripper;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Predicate;

/** {@code pidcap strip}: a copy of a capture that says nothing of processes. */
public final class ProcessStripping {
    private static final int PIECE_BYTES = 1 << 16;
    private static final ProcessStripper.Counts NOTHING = new ProcessStripper.Counts(0, 0, 0, 0, 0, 0, 0);

    private ProcessStripping() {}

    /**
     * What was done.
     *
     * @param file where the output is
     * @param problem why the end of the input was not reached; empty: it was
     */
    public record Report(String file, ProcessStripper.Counts counts, String problem) {}

    /**
     * The format stays. What comes before something that is damaged is copied.
     *
     * @param allComments removes those of others too
     * @throws SessionException the output cannot be written, or its name tells the other format
     */
    public static Report run(CaptureInput input, OutputRequest output, boolean allComments) {
        requireSameFormat(input, output.file());
        OutputRequest.Written<Report> written = output.write(channel -> {
            String name = output.file().toString();
            return input.isPcapng()
                    ? strip(input, channel, name, comment -> allComments || isOurs(comment))
                    : copy(input, channel, name);
        });
        Report report = written.result();
        return new Report(written.file().toString(), report.counts, report.problem);
    }

    private static boolean isOurs(String comment) {
        return ProcessComment.parse(comment).isPresent();
    }

    private static void requireSameFormat(CaptureInput input, Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        boolean saysPcap = OutputFormat.of(file) == OutputFormat.PCAP;
        if (input.isPcapng() ? saysPcap : name.endsWith(".pcapng")) {
            throw new SessionException(
                    Kind.USAGE,
                    input.name() + " is " + (input.isPcapng() ? "pcapng" : "pcap") + ", and " + file + " would be too",
                    "name a file with that suffix, or use `pidcap convert`");
        }
    }

    private static Report strip(
            CaptureInput input, WritableByteChannel channel, String name, Predicate<String> removedComment)
            throws IOException {
        String problem = "";
        ProcessStripper stripper = new ProcessStripper(input, channel, name, removedComment);
        try {
            while (stripper.next()) {
                // Copied.
            }
        } catch (CaptureFileException e) {
            problem = SessionException.words(e);
        }
        stripper.close();
        if (stripper.counts().blocks() == 0) {
            throw new SessionException(Kind.FAILURE, problem, "");
        }
        return new Report(name, stripper.counts(), problem);
    }

    /** Classic pcap has no place for processes. */
    private static Report copy(CaptureInput input, WritableByteChannel channel, String name) throws IOException {
        OutputStream out = Channels.newOutputStream(channel);
        byte[] piece = new byte[PIECE_BYTES];
        String problem = "";
        int read = 0;
        while (read >= 0) {
            out.write(piece, 0, read);
            try {
                read = input.stream().read(piece);
            } catch (IOException e) {
                problem = input.name() + ": cannot be read further: " + SessionException.words(e);
                read = -1;
            }
        }
        return new Report(name, NOTHING, problem);
    }
}
