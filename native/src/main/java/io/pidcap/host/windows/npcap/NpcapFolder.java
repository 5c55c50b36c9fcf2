package io.pidcap.host.windows.npcap;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import io.pidcap.host.HostException;
import io.pidcap.host.HostException.Code;
import io.pidcap.host.windows.win32.Win32;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds wpcap.dll: in the folder that the environment names, where Npcap installs it, on the path. Npcap has a folder of its
 * own under System32, where Windows does not look by itself, neither for it nor for the Packet.dll that it needs.
 *
 * @param folder null: none is there; only the path is searched
 */
record NpcapFolder(@Nullable Path folder) {
    /** The folder of wpcap.dll, where it is another than Npcap's own. */
    static final String DIRECTORY_VARIABLE = "PIDCAP_NPCAP";

    static final String LIBRARY = "wpcap";

    private static final String REMEDY = "install Npcap 1.10 or newer (https://npcap.com), or name the folder of its"
            + " wpcap.dll in the environment variable " + DIRECTORY_VARIABLE;

    /** RTLD_LAZY of dlopen(3), and not RTLD_GLOBAL. */
    private static final int LOCAL = 1;

    /**
     * By its name and these JNA knows a library. What is found elsewhere than on Windows is a stand-in, whose functions have the
     * names of libpcap's and must not take the place of these.
     */
    private static final Map<String, Object> OPTIONS = Platform.isWindows()
            ? Map.of(Library.OPTION_STRING_ENCODING, StandardCharsets.UTF_8.name())
            : Map.of(Library.OPTION_STRING_ENCODING, StandardCharsets.UTF_8.name(), Library.OPTION_OPEN_FLAGS, LOCAL);

    static NpcapFolder of(Map<String, String> environment) {
        String named = environment.getOrDefault(DIRECTORY_VARIABLE, "");
        if (!named.isEmpty()) {
            return new NpcapFolder(Path.of(named));
        }
        String system = environment.getOrDefault("SystemRoot", "");
        Path installed = Path.of(system, "System32", "Npcap");
        return new NpcapFolder(!system.isEmpty() && Files.isDirectory(installed) ? installed : null);
    }

    /** @throws HostException {@code LIBRARY_MISSING} */
    NpcapLibrary load() {
        if (folder != null) {
            NativeLibrary.addSearchPath(LIBRARY, folder.toString());
            try (Memory name = Win32.wide(folder.toString())) {
                Win32.kernel32().SetDllDirectoryW(name);
            }
        }
        try {
            NpcapLibrary library = Native.load(LIBRARY, NpcapLibrary.class, OPTIONS);
            useUnicode(library);
            return library;
        } catch (UnsatisfiedLinkError e) {
            throw new HostException(Code.LIBRARY_MISSING, missing(Win32.firstLine(e)), REMEDY, e);
        }
    }

    private String missing(String why) {
        String looked = folder == null ? "on the path only, since Npcap's folder is not there" : "in " + folder;
        return "load wpcap.dll of Npcap: " + why + " (looked " + looked + ")";
    }

    /** For the names of devices, filters and messages; WinPcap and the first releases of Npcap do not have it. */
    private static void useUnicode(NpcapLibrary library) {
        byte[] errbuf = new byte[NpcapLibrary.PCAP_ERRBUF_SIZE];
        if (library.pcap_init(NpcapLibrary.PCAP_CHAR_ENC_UTF_8, errbuf) != 0) {
            throw new HostException(
                    Code.NOT_SUPPORTED, "set up Npcap for Unicode (pcap_init): " + Native.toString(errbuf), REMEDY);
        }
    }

    static NativeLibrary loaded() {
        return NativeLibrary.getInstance(LIBRARY, OPTIONS);
    }
}
