package io.pidcap.host.windows.windivert;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;
import io.pidcap.host.windows.win32.Win32;
import org.jspecify.annotations.Nullable;

/** Finds WinDivert.dll, and explains what it says when it says no. Any thread. */
final class WinDivert {
    /** The folder of WinDivert.dll and its driver, where they are not beside java or on the path. */
    static final String DIRECTORY_VARIABLE = "PIDCAP_WINDIVERT";

    private static final String WHERE =
            "put WinDivert.dll and WinDivert64.sys of WinDivert 2.2 (x64) together into a folder, and"
                    + " name it in the environment variable " + DIRECTORY_VARIABLE + " or add it to PATH";

    private static @Nullable WinDivertLibrary loaded;

    private WinDivert() {}

    /** @throws HostException {@code LIBRARY_MISSING}; a later call tries again */
    static synchronized WinDivertLibrary load() {
        WinDivertLibrary library = loaded;
        if (library == null) {
            String directory = System.getenv(DIRECTORY_VARIABLE);
            if (directory != null && !directory.isEmpty()) {
                NativeLibrary.addSearchPath("WinDivert", directory);
            }
            try {
                library = Native.load("WinDivert", WinDivertLibrary.class);
            } catch (UnsatisfiedLinkError e) {
                throw new HostException(Code.LIBRARY_MISSING, "load WinDivert.dll: " + Win32.firstLine(e), WHERE, e);
            }
            loaded = library;
        }
        return library;
    }

    /** @param error by which {@code WinDivertOpen} failed */
    static HostException openFailure(String layer, int error) {
        Code code = error == 5 ? Code.NO_PRIVILEGE : Code.NOT_SUPPORTED;
        return new HostException(code, "open WinDivert's " + layer + " layer: " + Win32.words(error), openHint(error));
    }

    /** What its documentation says of WinDivertOpen's errors, as what to do. */
    private static String openHint(int error) {
        return switch (error) {
            case 2 -> "the driver is missing: " + WHERE;
            case 5 -> "run pidcap as administrator";
            case 87 -> "this WinDivert does not know the layer: install WinDivert 2.2";
            case 577 ->
                "the driver's signature is not valid here: use WinDivert's own signed build, or see whether Secure Boot"
                        + " or a policy refuses it";
            case 654 -> "a driver of another version is loaded: end the program that uses it, or restart Windows";
            case 1060 ->
                "the driver's service is not installed and may not be: see that WinDivert64.sys lies beside"
                        + " WinDivert.dll";
            case 1275 ->
                "the driver is blocked, by security software or because this is a virtual machine that does not allow"
                        + " it: allow WinDivert64.sys there";
            case 1753 -> "the Base Filtering Engine does not run: start the service BFE";
            default -> "see whether security software blocks WinDivert64.sys";
        };
    }
}
