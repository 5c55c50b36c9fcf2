package io.pidcap.host.linux;

import io.pidcap.protocol.model.ProcessIdentity;
import io.pidcap.protocol.model.ProcessInfo;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads who a process is: {@code stat}, {@code exe}, {@code cmdline}, {@code status}. */
final class ProcessInfoReader {
    /** The kernel appends it to the link of an executable whose file is gone, as after an update of the program. */
    private static final String DELETED = " (deleted)";

    private static final int MOST_STAT_BYTES = 4096;
    private static final int MOST_STATUS_BYTES = 4096;
    /** Of a command line, which can be megabytes long; people recognise a process by its beginning. */
    private static final int MOST_ARGUMENT_BYTES = 4096;

    private static final int MOST_FIRST_ARGUMENT_BYTES = 256;

    private final ProcRoot proc;
    private final boolean withArguments;

    ProcessInfoReader(ProcRoot proc, boolean withArguments) {
        this.proc = proc;
        this.withArguments = withArguments;
    }

    /** Null: the process is gone, or hidden. */
    @Nullable
    ProcStat readStat(int pid) {
        try {
            int length = proc.read(pid + "/stat", MOST_STAT_BYTES);
            return ProcStat.parse(proc.buffer(), length);
        } catch (IOException e) {
            return null;
        }
    }

    /** The path of the executable; null where it cannot be read. */
    @Nullable
    String readExecutable(int pid) {
        String link = proc.linkOrNull(pid + "/exe");
        return link != null && link.endsWith(DELETED) ? link.substring(0, link.length() - DELETED.length()) : link;
    }

    /** Of what cannot be read (any more) the record holds what it says for "not known". */
    ProcessInfo read(ProcStat stat, @Nullable String executable) {
        String name = executable == null ? stat.comm() : executable.substring(executable.lastIndexOf('/') + 1);
        return new ProcessInfo(
                new ProcessIdentity(stat.pid(), stat.startNanos()),
                stat.parentPid(),
                name,
                stat.comm(),
                executable,
                readArguments(stat.pid()),
                readUserId(stat.pid()));
    }

    private List<String> readArguments(int pid) {
        try {
            int length = proc.read(pid + "/cmdline", withArguments ? MOST_ARGUMENT_BYTES : MOST_FIRST_ARGUMENT_BYTES);
            return parseArguments(proc.buffer(), length, withArguments ? Integer.MAX_VALUE : 1);
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Arguments end with NUL; a process that writes its own title leaves more of them behind, which are no arguments. */
    static List<String> parseArguments(byte[] bytes, int length, int most) {
        int end = length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        List<String> arguments = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= end && end > 0 && arguments.size() < most; i++) {
            if (i == end || bytes[i] == 0) {
                arguments.add(new String(bytes, from, i - from, StandardCharsets.UTF_8));
                from = i + 1;
            }
        }
        return arguments;
    }

    /** The real user; -1: the process is gone, or hidden. */
    long readUserId(int pid) {
        try {
            int length = proc.read(pid + "/status", MOST_STATUS_BYTES);
            return parseUserId(new String(proc.buffer(), 0, length, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return -1;
        }
    }

    /**
     * The real one, as the kernel's events tell it: the first number behind {@code Uid:} (proc_pid_status(5)); -1 where
     * it is not whole.
     */
    static long parseUserId(String status) {
        int line = status.indexOf("\nUid:\t");
        int end = line < 0 ? -1 : status.indexOf('\n', line + 1);
        if (end < 0) {
            return -1;
        }
        String[] ids = status.substring(line + "\nUid:\t".length(), end).split("\t");
        try {
            return ids.length == 4 ? Long.parseLong(ids[0]) : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
