package io.pidcap.host.windows;

import com.sun.jna.NativeLibrary;
import io.pidcap.host.ChildProcess;
import io.pidcap.host.RequiredFeature;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Libraries of our own with the exports of Windows' that the real binding calls, compiled into a folder, and the world that
 * they tell of, which lies in files beside them. They are no Windows: what they prove is that our side keeps to the layouts
 * and calls as they are documented.
 */
public final class StandIns {
    /** FILETIME of 2026-01-01. */
    public static final long NEW_YEAR = 134_116_992_000_000_000L;

    private static final String[] SOURCES = {
        "windows_types.h", "world.h", "ticks.h", "handles.h", "kernel32.c", "iphlpapi.c", "windivert.c", "wpcap.c"
    };
    /** Our sources by the names under which JNA looks for the libraries. */
    private static final Map<String, String> LIBRARIES =
            Map.of("kernel32", "kernel32.c", "IPHlpAPI", "iphlpapi.c", "WinDivert", "windivert.c", "wpcap", "wpcap.c");

    private static @Nullable StandIns inThisJvm;

    private final Path directory;
    private final Map<Integer, String> processes = new LinkedHashMap<>();
    private final Map<String, String> sockets = new LinkedHashMap<>();
    private final Map<String, String> adapters = new LinkedHashMap<>();
    private final Map<String, String> devices = new LinkedHashMap<>();
    private final Map<String, Long> settings = new TreeMap<>();

    private StandIns(Path directory) {
        this.directory = directory;
    }

    /** Compiles them into {@code directory}. */
    public static StandIns compile(Path directory) {
        RequiredFeature.require("cc", isInstalled("gcc"), "needs gcc, to compile the stand-ins for Windows' libraries");
        StandIns standIns = new StandIns(directory);
        for (String source : SOURCES) {
            copySource(source, directory);
        }
        LIBRARIES.forEach((library, source) -> ChildProcess.run(
                "gcc",
                "-D_GNU_SOURCE",
                "-std=gnu11",
                "-Wall",
                "-Wextra",
                "-Werror",
                "-shared",
                "-fPIC",
                "-pthread",
                // What a library of this system is called the same must not be taken for ours.
                "-Wl,-Bsymbolic",
                "-o",
                directory.resolve("lib" + library + ".so").toString(),
                directory.resolve(source).toString(),
                "-ldl"));
        standIns.clear();
        return standIns;
    }

    /** For this JVM, which loads each library once for all tests; their world is emptied. */
    public static synchronized StandIns inThisJvm() {
        StandIns standIns = inThisJvm;
        if (standIns == null) {
            try {
                standIns = compile(Files.createTempDirectory("pidcap-standins"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            for (String library : LIBRARIES.keySet()) {
                NativeLibrary.addSearchPath(library, standIns.directory.toString());
            }
            inThisJvm = standIns;
        }
        standIns.clear();
        return standIns;
    }

    public static boolean isInstalled(String program) {
        return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /** One of our C files, as it is. */
    public static void copySource(String name, Path directory) {
        try (InputStream in = StandIns.class.getResourceAsStream(name)) {
            Files.copy(Objects.requireNonNull(in, name), directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where they lie. */
    public Path directory() {
        return directory;
    }

    /** Nothing runs, nothing is open. */
    public void clear() {
        try (var files = Files.list(directory)) {
            for (Path table : files.filter(file -> file.toString().matches(".*\\.(bin|packets)"))
                    .toList()) {
                Files.delete(table);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        processes.clear();
        sockets.clear();
        adapters.clear();
        devices.clear();
        settings.clear();
        writeAll();
    }

    /** @param started FILETIME */
    public void process(int pid, int parentPid, long started, String exe, String path) {
        processes.put(pid, pid + " " + parentPid + " " + started + " 1\t" + exe + "\t" + path);
        writeAll();
    }

    /** One that Windows lets nobody open. */
    public void protectedProcess(int pid, String exe) {
        processes.put(pid, pid + " 0 " + NEW_YEAR + " 0\t" + exe + "\t");
        writeAll();
    }

    public void end(int pid) {
        processes.remove(pid);
        sockets.values().removeIf(line -> line.matches(".* " + pid + " \\d+"));
        writeAll();
    }

    /** @param table {@code tcp4}, {@code udp6} … */
    public void socket(
            String table, int state, String local, int port, String remote, int remotePort, int pid, long created) {
        String line = String.join(
                " ",
                table,
                Integer.toString(state),
                local,
                Integer.toString(port),
                remote,
                Integer.toString(remotePort),
                Integer.toUnsignedString(pid),
                Long.toString(created));
        sockets.put(key(table, port, remotePort) + pid, line);
        writeAll();
    }

    public void close(String table, int port, int remotePort) {
        sockets.keySet().removeIf(key -> key.startsWith(key(table, port, remotePort)));
        writeAll();
    }

    /** Where several processes share it. */
    public void close(String table, int port, int remotePort, int pid) {
        sockets.remove(key(table, port, remotePort) + pid);
        writeAll();
    }

    private static String key(String table, int port, int remotePort) {
        return table + " " + port + " " + remotePort + " ";
    }

    /**
     * A network adapter and Npcap's device of it.
     *
     * @param guid in braces
     * @param addresses such as {@code 10.0.0.2/24,fe80::1/64}; may be empty
     */
    public void adapter(String guid, String friendlyName, boolean up, String addresses, String description) {
        adapters.put(guid, String.join("\t", guid, friendlyName, "6", up ? "1" : "2", addresses));
        devices.put(guid, "\\Device\\NPF_" + guid + "\t" + description + "\t" + (up ? 6 : 2));
        writeAll();
    }

    /** Windows' own pseudo-interface and Npcap's device. */
    public void loopback() {
        adapters.put(
                "loopback",
                "{00000000-0000-0000-0000-000000000001}\tLoopback Pseudo-Interface 1\t24\t1\t127.0.0.1/8,::1/128");
        devices.put("loopback", "\\Device\\NPF_Loopback\tAdapter for loopback traffic capture\t7");
        writeAll();
    }

    /** A packet arrives at a device, or at its adapter. */
    public void packet(String device, byte[] bytes) {
        packets(device, List.of(bytes));
    }

    /** Packets arrive, in this order. */
    public void packets(String device, List<byte[]> packets) {
        ByteBuffer all = ByteBuffer.allocate(packets.stream()
                        .mapToInt(one -> Integer.BYTES + one.length)
                        .sum())
                .order(ByteOrder.nativeOrder());
        packets.forEach(one -> all.putInt(one.length).put(one));
        append("NPF_" + device + ".packets", all.array());
    }

    /** See the sources. */
    public void set(String name, long value) {
        settings.put(name, value);
        writeAll();
    }

    /** What the API shall return for a table, such as {@code tcp4.module}. */
    public void table(String name, byte[] bytes) {
        write(name + ".bin", bytes);
    }

    /** The driver tells an event. */
    public void event(DivertEvent event) {
        event(event.layerFile(), event.bytes());
    }

    /** @param file {@code socket.events} or {@code flow.events} */
    public void event(String file, byte[] record) {
        append(file, record);
    }

    private void append(String file, byte[] bytes) {
        try {
            Files.write(directory.resolve(file), bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many handles to processes are open, and snapshots of their list. */
    public static int openHandles() {
        return NativeLibrary.getInstance("kernel32")
                .getFunction("standin_open_handles")
                .invokeInt(new Object[0]);
    }

    private void writeAll() {
        write("processes", lines(processes.values()));
        write("sockets", lines(sockets.values()));
        write("adapters", lines(adapters.values()));
        write("devices", lines(devices.values()));
        write(
                "settings",
                lines(settings.entrySet().stream()
                        .map(setting -> setting.getKey() + " " + setting.getValue())
                        .toList()));
    }

    private static byte[] lines(Iterable<String> lines) {
        StringBuilder text = new StringBuilder();
        lines.forEach(line -> text.append(line).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Never seen half written. */
    private void write(String name, byte[] bytes) {
        try {
            Path written = Files.write(directory.resolve(name + ".new"), bytes);
            Files.move(written, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return processes.values().stream().collect(Collectors.joining("; ")) + "; " + sockets.values();
    }
}
