package io.pidcap.coordinator.cli;

import io.pidcap.coordinator.failure.SessionException;
import io.pidcap.coordinator.failure.SessionException.Kind;
import io.pidcap.coordinator.output.Rotation;
import io.pidcap.coordinator.output.Strftime;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** When one file ends and the next begins; the letters are tcpdump's. */
final class RotationOptions {
    private static final long LEAST_PERIOD_MILLIS = 1000;

    @Option(
            names = {"-C", "--file-size"},
            paramLabel = "SIZE",
            converter = Units.FileSize.class,
            description = "Go on in FILE1, FILE2 ... when a file is larger than so many millions of bytes, or than "
                    + "512K, 64M, 1G. Default: all in one file.")
    long fileBytes;

    @Option(
            names = {"-G", "--file-time"},
            paramLabel = "SECONDS",
            converter = Units.Millis.class,
            description = "Go on in another file so long after a file's begin. FILE has that time in its name: "
                    + "%%Y %%y %%m %%d %%j %%H %%M %%S %%s %%z %%F %%T.")
    long periodMillis;

    @Option(
            names = {"-W", "--file-count"},
            paramLabel = "COUNT",
            description = "With -C: write the first file anew after so many. With -G: stop after so many. "
                    + "With both: no limit, but numbers of equal width.")
    @Nullable
    Integer files;

    boolean isAskedFor() {
        return fileBytes > 0 || periodMillis > 0 || files != null;
    }

    /** @throws SessionException the values make no sense, or not with {@code output} */
    Rotation rotation(@Nullable Path output) {
        if (files != null && fileBytes == 0 && periodMillis == 0) {
            throw new SessionException(Kind.USAGE, "-W: there is one file only", "add -C SIZE or -G SECONDS");
        }
        if (files != null) {
            CaptureOptions.requireRange("-W", files, 1, Rotation.MOST_FILES);
        }
        if (periodMillis > 0) {
            CaptureOptions.requireRange("-G (in ms)", periodMillis, LEAST_PERIOD_MILLIS, Long.MAX_VALUE / 1_000_000);
            checkTime(output);
        }
        return new Rotation(fileBytes, periodMillis, files == null ? 0 : files);
    }

    private static void checkTime(@Nullable Path output) {
        String name = output == null ? "" : String.valueOf(output.getFileName());
        if (!Strftime.hasTime(name)) {
            throw new SessionException(
                    Kind.USAGE,
                    "-G: the file's name must have the time in it, or all files had one name",
                    "as in -w 'trace-%Y%m%d-%H%M%S.pcapng'");
        }
        try {
            Strftime.format(name, ZonedDateTime.now(ZoneId.systemDefault()));
        } catch (IllegalArgumentException e) {
            throw new SessionException(Kind.USAGE, "-w " + output + ": " + e.getMessage(), "", e);
        }
    }
}
