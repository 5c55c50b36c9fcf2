package io.pidcap.coordinator.session;

import io.pidcap.coordinator.platform.PrivateFiles;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.logging.ErrorManager;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.logging.StreamHandler;

/** Where log lines go: nowhere before a session has a log, then there; with {@code --debug} to standard error too. */
public final class Logs {
    private static final String FORMAT = "%1$tF %1$tT.%1$tL %4$s %3$s: %5$s%6$s%n";

    /** Kept here, for java.util.logging forgets loggers that nobody holds, and their handlers with them. */
    private static final Logger ROOT;

    static {
        System.setProperty("java.util.logging.SimpleFormatter.format", FORMAT);
        System.setProperty("java.util.logging.config.class", NoConfiguration.class.getName());
        ROOT = Logger.getLogger("");
    }

    /**
     * Instead of the JDK's configuration, which adds a handler for the console: to make one and its formatter, only to
     * remove it, takes longer than all the rest of a short command.
     */
    public static final class NoConfiguration {}

    private Logs() {}

    public static void quiet() {
        for (Handler handler : ROOT.getHandlers()) {
            ROOT.removeHandler(handler);
        }
        Logger.getLogger("io.netty").setLevel(Level.WARNING);
    }

    public static void toStandardError() {
        ROOT.addHandler(handler(System.err));
    }

    /** Appends to {@code file}, which is made with mode 0600. */
    static void to(Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file, PrivateFiles.attributesOf(file));
        }
        ROOT.addHandler(bounded(file, SessionLogs.MOST_BYTES));
    }

    /** Appends to {@code file}; once it is longer than that, lines are left out and counted until somebody has emptied it. */
    static Handler bounded(Path file, long mostBytes) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.APPEND);
        Handler handler = new BoundedHandler(channel, mostBytes);
        handler.setLevel(Level.ALL);
        return handler;
    }

    private static final class BoundedHandler extends StreamHandler {
        private final FileChannel channel;
        private final long mostBytes;
        private long leftOut;

        BoundedHandler(FileChannel channel, long mostBytes) {
            super(new BufferedOutputStream(Channels.newOutputStream(channel)), new SimpleFormatter());
            this.channel = channel;
            this.mostBytes = mostBytes;
        }

        @Override
        public synchronized void publish(LogRecord line) {
            if (isFull()) {
                leftOut++;
                return;
            }
            if (leftOut > 0) {
                super.publish(new LogRecord(Level.WARNING, leftOut + " lines were left out: too many in a short time"));
                leftOut = 0;
            }
            super.publish(line);
            flush();
        }

        private boolean isFull() {
            try {
                return channel.size() > mostBytes;
            } catch (IOException e) {
                reportError("the length of the log", e, ErrorManager.WRITE_FAILURE);
                return true;
            }
        }
    }

    private static Handler handler(OutputStream stream) {
        Handler handler = new StreamHandler(stream, new SimpleFormatter()) {
            /** A line that is not written yet when the process dies is the one that is missed. */
            @Override
            public synchronized void publish(LogRecord line) {
                super.publish(line);
                flush();
            }
        };
        handler.setLevel(Level.ALL);
        return handler;
    }
}
