package io.pidcap.host.windows.windivert;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;
import io.pidcap.host.windows.win32.Win32;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds WinDivert.dll, and explains what it says when it says no. Any thread. */
final class WinDivert {
    /** The folder of WinDivert.dll and its driver; it goes before all others. */
    static final String DIRECTORY_VARIABLE = "PIDCAP_WINDIVERT";

    private static @Nullable WinDivertLibrary loaded;

    private static final String NAME = "WinDivert";

    private WinDivert() {}

    /**
     * Where it is looked for before the folders of {@code PATH}, in this order.
     *
     * @param given by the user; null or empty: nothing
     * @param program a class of the program: it is looked for beside its jar, in the folder above, and in {@code WinDivert}
     *     there
     */
    static List<Path> folders(@Nullable String given, Class<?> program) {
        List<Path> folders = new ArrayList<>();
        if (given != null && !given.isEmpty()) {
            folders.add(Path.of(given));
        }
        Path beside = folderOf(program);
        if (beside != null) {
            folders.add(beside);
            Path above = beside.getParent();
            if (above != null) {
                folders.add(above);
                folders.add(above.resolve(NAME));
            }
        }
        return folders;
    }

    private static @Nullable Path folderOf(Class<?> program) {
        CodeSource source = program.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return null;
        }
        try {
            return Path.of(source.getLocation().toURI()).toAbsolutePath().getParent();
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
            return null; // not a file
        }
    }

    /** What to do when it is not found. */
    private static String where() {
        List<Path> folders = folders(null, WinDivert.class);
        String beside = folders.isEmpty() ? "" : folders.get(folders.size() - 1) + ", or into ";
        return "put WinDivert.dll and WinDivert64.sys of WinDivert 2.2 (x64) together into " + beside
                + "a folder that the environment variable " + DIRECTORY_VARIABLE + " names or that is in PATH";
    }

    /** For people: the file that was loaded. */
    static String loadedFrom() {
        File file = NativeLibrary.getInstance(NAME).getFile();
        return file == null ? "WinDivert.dll" : file.toString();
    }

    /** @throws HostException {@code LIBRARY_MISSING}; a later call tries again */
    static synchronized WinDivertLibrary load() {
        WinDivertLibrary library = loaded;
        if (library == null) {
            folders(System.getenv(DIRECTORY_VARIABLE), WinDivert.class)
                    .forEach(folder -> NativeLibrary.addSearchPath(NAME, folder.toString()));
            try {
                library = Native.load(NAME, WinDivertLibrary.class);
            } catch (UnsatisfiedLinkError e) {
                throw new HostException(Code.LIBRARY_MISSING, "load WinDivert.dll: " + Win32.firstLine(e), where(), e);
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
            case 2 ->
                "the driver WinDivert64.sys is missing beside " + loadedFrom()
                        + ": put it there, as it is in WinDivert's" + " archive";
            case 5 -> "run pidcap as administrator";
            case 87 -> "this WinDivert does not know the layer: " + loadedFrom() + " is older than 2.2; " + where();
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
