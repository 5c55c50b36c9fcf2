package io.pidcap.coordinator.session;

import io.pidcap.coordinator.platform.PrivateFiles;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
        ROOT.addHandler(handler(new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.APPEND))));
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
