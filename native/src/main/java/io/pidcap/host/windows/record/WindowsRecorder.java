package io.pidcap.host.windows.record;

import io.pidcap.host.HostException;
import io.pidcap.host.RawRecorder;
import io.pidcap.host.windows.iphelper.RawTables;
import io.pidcap.host.windows.process.ProcessTable;
import io.pidcap.host.windows.record.RawFile.Kind;
import io.pidcap.host.windows.win32.ClockReading;
import io.pidcap.host.windows.win32.FileTime;
import io.pidcap.host.windows.win32.WindowsClock;
import io.pidcap.host.windows.windivert.RawEvents;
import io.pidcap.protocol.model.ProcessInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Records WinDivert's events as they come, and each second, where they have changed, the socket tables and the processes. Where
 * WinDivert does not open, the rest is recorded, with the reason.
 */
public final class WindowsRecorder implements RawRecorder {
    private static final long LOOK_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int LAYER = 8;
    private static final int FLOW_LAYER = 2;

    private final WindowsClock clock = new WindowsClock();
    private final RawTables tables = new RawTables();
    private final ProcessTable processes = new ProcessTable();
    private final Map<String, byte[]> written = new TreeMap<>();
    private final Map<String, String> problems = new TreeMap<>();
    private final RawFile file;
    private @Nullable RawEvents events;
    private long lookedNanos = System.nanoTime() - LOOK_EVERY_NANOS;
    private long socketEvents;
    private long flowEvents;
    private long looks;
    private long dropped;
    private boolean closed;

    /**
     * Begins.
     *
     * @param path must not be there
     * @throws HostException Windows' own libraries are missing, or the file cannot be made
     */
    public WindowsRecorder(Path path) {
        file = writing(() -> new RawFile(path));
        note("pidcap record, " + System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch"));
        try {
            RawEvents opened = new RawEvents();
            events = opened;
            note(opened.source());
        } catch (HostException e) {
            note("no events: " + e.getMessage() + (e.hint().isEmpty() ? "" : " (" + e.hint() + ")"));
        }
    }

    private interface Writing<T> {
        T run() throws IOException;
    }

    private static <T> T writing(Writing<T> writing) {
        try {
            return writing.run();
        } catch (IOException e) {
            throw new HostException(
                    HostException.Code.IO, "write the recording: " + e, "name a file that is not there", e);
        }
    }

    private void add(Kind kind, long ticks, byte[] bytes) {
        writing(() -> {
            file.add(kind, ticks, bytes);
            return bytes;
        });
    }

    private void note(String text) {
        problems.put(text, "");
        add(Kind.NOTE, clock.read().ticks(), text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void next(long timeoutMillis) {
        long untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        if (System.nanoTime() - lookedNanos >= LOOK_EVERY_NANOS) {
            lookedNanos = System.nanoTime();
            look();
        }
        RawEvents source = events;
        if (source == null) {
            clock.sleepUntil(untilNanos);
        } else {
            List<byte[]> records = source.take(untilNanos);
            long ticks = clock.read().ticks();
            for (byte[] record : records) {
                boolean flow = record[LAYER] == FLOW_LAYER;
                flowEvents += flow ? 1 : 0;
                socketEvents += flow ? 0 : 1;
                add(flow ? Kind.FLOW : Kind.SOCKET, ticks, record);
            }
            dropped += source.takeDropped();
        }
        writing(() -> {
            file.flush();
            return file;
        });
    }

    private void look() {
        looks++;
        ClockReading now = clock.read();
        byte[] clockBytes = ByteBuffer.allocate(2 * Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(clock.ticksPerSecond())
                .putLong(FileTime.ofEpochNanos(now.time().epochNanos()))
                .array();
        add(Kind.CLOCK, now.ticks(), clockBytes);
        processes.refresh();
        addIfChanged(Kind.PROCESSES, "", lines().getBytes(StandardCharsets.UTF_8), now.ticks());
        Map<String, String> unread = new TreeMap<>();
        tables.read(unread).forEach((name, table) -> addIfChanged(Kind.TABLE, name, table, now.ticks()));
        unread.forEach((name, problem) -> {
            if (!problems.containsKey("no " + name + ": " + problem)) {
                note("no " + name + ": " + problem);
            }
        });
    }

    private void addIfChanged(Kind kind, String name, byte[] bytes, long ticks) {
        byte[] before = written.put(name, bytes);
        if (before == null || !Arrays.equals(before, bytes)) {
            ByteArrayOutputStream entry = new ByteArrayOutputStream();
            if (!name.isEmpty()) {
                entry.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
                entry.write(0);
            }
            entry.writeBytes(bytes);
            add(kind, ticks, entry.toByteArray());
        }
    }

    private String lines() {
        StringBuilder text = new StringBuilder();
        for (ProcessInfo info : processes.infos().values()) {
            text.append(info.identity().pid())
                    .append('\t')
                    .append(info.parentPid())
                    .append('\t');
            text.append(FileTime.ofEpochNanos(info.identity().startNanos())).append('\t');
            text.append(info.name()).append('\t');
            text.append(info.executable() == null ? "" : info.executable()).append('\n');
        }
        return text.toString();
    }

    @Override
    public List<String> summary() {
        return List.of(
                socketEvents + " events of the SOCKET layer, " + flowEvents + " of the FLOW layer, " + dropped
                        + " dropped; tables and processes looked at " + looks + " times",
                String.join("; ", problems.keySet()));
    }

    /** Idempotent. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        RawEvents source = events;
        if (source != null) {
            source.close();
        }
        processes.close();
        writing(() -> {
            file.close();
            return file;
        });
    }
}
