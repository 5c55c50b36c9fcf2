package io.pidcap.protocol.file;

import io.pidcap.protocol.v1.JournalContinued;
import io.pidcap.protocol.v1.JournalRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads all files of a journal one after the other, as {@link JournalReader} reads one, also while its session writes and
 * compacts it. Only the last of them may end in a torn record.
 */
public final class JournalSequence implements AutoCloseable {
    /** A compaction takes seconds, an opening less than a millisecond. */
    private static final int MOST_TRIES = 100;

    private final List<JournalReader> readers;
    private JournalReader reader;
    private int at;
    private long recordOffset;
    private final long tornBytes;

    private JournalSequence(List<JournalReader> readers, long tornBytes) {
        this.readers = readers;
        this.reader = readers.get(0);
        this.tornBytes = tornBytes;
    }

    /**
     * Opens a journal with all that goes on in other files.
     *
     * @param first of its files
     * @throws CaptureFileException not a journal, or of a version that this release does not read
     */
    public static JournalSequence open(Path first) throws IOException {
        return open(new JournalParts(first), Integer.MAX_VALUE);
    }

    /** @param last number of the last file that is read */
    public static JournalSequence open(JournalParts parts, int last) throws IOException {
        for (int i = 0; i < MOST_TRIES; i++) {
            JournalSequence opened = tryToOpen(parts, last);
            if (opened != null) {
                return opened;
            }
        }
        throw new IOException("read " + parts.first() + ": it was replaced again and again");
    }

    /** Null: it was compacted meanwhile. */
    private static @Nullable JournalSequence tryToOpen(JournalParts parts, int last) throws IOException {
        Head head = Head.of(parts.first());
        List<JournalReader> readers = new ArrayList<>();
        boolean opened = false;
        long tornBytes = 0;
        try {
            readers.add(JournalReader.open(parts.first()));
            for (int number = head.throughPart() + 1; number <= last && parts.has(number); number++) {
                Path path = parts.path(number);
                long bytes = Files.size(path);
                JournalReader next =
                        bytes < JournalReader.LEAST_BYTES ? null : continuing(path, head.sessionId(), number);
                if (next == null) {
                    tornBytes = bytes < JournalReader.LEAST_BYTES ? bytes : 0;
                    break;
                }
                readers.add(next);
            }
            opened = Head.of(parts.first()).equals(head);
            return opened ? new JournalSequence(readers, tornBytes) : null;
        } catch (NoSuchFileException e) {
            if (Head.of(parts.first()).equals(head)) {
                throw e;
            }
            return null;
        } finally {
            if (!opened) {
                closeAll(readers);
            }
        }
    }

    /** Null: nothing is in it yet, or it belongs to something else. */
    private static @Nullable JournalReader continuing(Path path, String sessionId, int number) throws IOException {
        JournalReader reader = JournalReader.open(path);
        boolean continues = false;
        try {
            JournalRecord record = reader.next();
            JournalContinued begin = record == null ? null : record.getContinued();
            continues = begin != null
                    && begin.getPart() == number
                    && begin.getSessionId().equals(sessionId);
        } finally {
            if (!continues) {
                reader.close();
            }
        }
        return continues ? reader : null;
    }

    /** What the first file begins with. */
    private record Head(String sessionId, int throughPart) {
        static Head of(Path first) throws IOException {
            try (JournalReader reader = JournalReader.open(first)) {
                JournalRecord started = reader.next();
                JournalRecord second = started == null ? null : reader.next();
                int through = second == null || !second.hasCompacted()
                        ? 1
                        : second.getCompacted().getThroughPart();
                if (through < 1) {
                    throw new CaptureFileException(
                            first.toString(),
                            reader.offset(),
                            "stands for its parts up to " + Integer.toUnsignedString(through));
                }
                return new Head(
                        started == null ? "" : started.getSessionStarted().getSessionId(), through);
            }
        }
    }

    /**
     * @return the next record; null: the journal has ended, see {@link #tornBytes}
     * @throws CaptureFileException a corrupt record, with its offset
     */
    public @Nullable JournalRecord next() throws IOException {
        return advance() ? decoded() : null;
    }

    /**
     * See {@link JournalReader#advance}.
     *
     * @return false: the journal has ended, see {@link #tornBytes}
     * @throws CaptureFileException a corrupt record, with its offset
     */
    public boolean advance() throws IOException {
        recordOffset = reader.offset();
        while (!reader.advance()) {
            if (at + 1 == readers.size()) {
                return false;
            }
            if (reader.tornBytes() > 0) {
                throw refusedNext("ends in the middle of a record, and another file goes on behind it");
            }
            at++;
            reader = readers.get(at);
            recordOffset = reader.offset();
        }
        return true;
    }

    /** See {@link JournalReader#decoded}. */
    public JournalRecord decoded() throws CaptureFileException {
        return reader.decoded();
    }

    /** See {@link JournalReader#body}. */
    public byte[] body() {
        return reader.body();
    }

    /** Of the record's first byte, in {@link #body}. */
    public int bodyOffset() {
        return reader.bodyOffset();
    }

    public int bodyLength() {
        return reader.bodyLength();
    }

    /** The record to which {@link #advance} went breaks a rule. */
    public CaptureFileException refused(@Nullable String why) {
        return new CaptureFileException(reader.file(), recordOffset, String.valueOf(why));
    }

    /** For an error at the place where the next record begins, or would. */
    public CaptureFileException refusedNext(String why) {
        return new CaptureFileException(reader.file(), reader.offset(), why);
    }

    /** Bytes of an incomplete last record, once {@link #next} has given null; 0: the journal ends with a whole one. */
    public long tornBytes() {
        return Math.max(tornBytes, reader.tornBytes());
    }

    @Override
    public void close() throws IOException {
        closeAll(readers);
    }

    private static void closeAll(List<JournalReader> readers) throws IOException {
        for (JournalReader reader : readers) {
            reader.close();
        }
    }
}
