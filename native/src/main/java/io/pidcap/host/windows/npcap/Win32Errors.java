package io.pidcap.host.windows.npcap;

import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;
import io.pidcap.host.pcap.SystemErrors;
import io.pidcap.host.windows.win32.Win32;
import java.util.stream.IntStream;

/** Windows' refusals, by its error numbers (winerror.h). */
final class Win32Errors implements SystemErrors {
    static final Win32Errors INSTANCE = new Win32Errors();

    static final int ERROR_WRITE_PROTECT = 19;
    static final int ERROR_HANDLE_DISK_FULL = 39;
    static final int ERROR_DISK_FULL = 112;
    static final int ERROR_DISK_QUOTA_EXCEEDED = 1295;

    private Win32Errors() {}

    @Override
    public String privilegeHint() {
        return "run pidcap as administrator: Npcap may be installed for administrators only";
    }

    @Override
    public String bringUpHint(String interfaceName) {
        return "enable it: netsh interface set interface name=\"" + interfaceName + "\" admin=enabled";
    }

    @Override
    public HostException ofFile(String operation, Object file, int error) {
        String words = error == 0 ? "a write failed" : Win32.words(error);
        String hint = switch (error) {
            case ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL, ERROR_DISK_QUOTA_EXCEEDED ->
                "free some space there, or choose another directory for the spool";
            default -> "";
        };
        boolean full = ofDisk().anyMatch(one -> one == error);
        return new HostException(full ? Code.DISK_FULL : Code.IO, operation + " " + file + ": " + words, hint);
    }

    /** The disk takes nothing more, whoever tries again. */
    private static IntStream ofDisk() {
        return IntStream.of(ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL, ERROR_DISK_QUOTA_EXCEEDED, ERROR_WRITE_PROTECT);
    }

    /** Java has the same words from Windows, without the full stop at their end. */
    @Override
    public int errorOf(String words) {
        return ofDisk().filter(error -> isSaidBy(words, error)).findFirst().orElse(0);
    }

    private static boolean isSaidBy(String words, int error) {
        String ofWindows = Win32.wordsAlone(error);
        return !ofWindows.isEmpty() && withoutStop(ofWindows).equals(withoutStop(words));
    }

    private static String withoutStop(String words) {
        return words.endsWith(".") ? words.substring(0, words.length() - 1) : words;
    }
}
