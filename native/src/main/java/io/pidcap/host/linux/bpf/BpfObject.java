package io.pidcap.host.linux.bpf;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.platform.unix.LibCAPI.size_t;
import io.pidcap.host.HostException;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One compiled object file: opened from the jar, loaded into the kernel, its programs attached one by one. What is
 * attached is held by descriptors of this process alone, so the kernel detaches it when the process ends, however it
 * ends.
 *
 * <p>One thread at a time.
 */
final class BpfObject implements AutoCloseable {
    private static final Map<String, byte[]> READ_AHEAD = new ConcurrentHashMap<>();

    private final LibBpf bpf;
    private final String name;
    private final Map<String, Pointer> links = new LinkedHashMap<>();
    private @Nullable Pointer object;

    private BpfObject(LibBpf bpf, String name, Pointer object) {
        this.bpf = bpf;
        this.name = name;
        this.object = object;
    }

    /** For a process that will open it when it can no longer open its jar. */
    static void readAhead(String name) {
        READ_AHEAD.computeIfAbsent(name, BpfObject::resource);
    }

    /**
     * Reads an object without loading it.
     *
     * @param name as the source file's, without {@code .bpf.c}
     */
    static BpfObject open(LibBpf bpf, String name) {
        byte[] ahead = READ_AHEAD.get(name);
        byte[] bytes = ahead == null ? resource(name) : ahead;
        // libbpf keeps no reference to it once it is open.
        try (Memory memory = new Memory(bytes.length)) {
            memory.write(0, bytes, 0, bytes.length);
            Pointer object = bpf.checked(
                    bpf.library().bpf_object__open_mem(memory, new size_t(bytes.length), null),
                    "open the eBPF object " + name);
            return new BpfObject(bpf, name, object);
        }
    }

    private static byte[] resource(String name) {
        String file = name + ".bpf.o";
        try (InputStream in = BpfObject.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is not in the jar");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new HostException(HostException.Code.IO, "read " + file + " from the jar: " + e.getMessage(), "", e);
        }
    }

    /** Leaves a program out of {@link #load}. */
    void leaveOut(String program) {
        bpf.checked(bpf.library().bpf_program__set_autoload(program(program), false), "leave out " + program);
    }

    /** Has a program loaded for another hook of its kind than its section says; before {@link #load}. */
    void expectAttachType(String program, int attachType) {
        bpf.checked(
                bpf.library().bpf_program__set_expected_attach_type(program(program), attachType),
                "choose the hook of " + program);
    }

    /** Makes a map of this object the same as one that is loaded. */
    void share(String map, BpfObject loaded) {
        share(map, loaded.mapDescriptor(map));
    }

    /** The same with the descriptor of a map, of which libbpf makes a copy. */
    void share(String map, int descriptor) {
        bpf.checked(bpf.library().bpf_map__reuse_fd(map(map), descriptor), "share the eBPF map " + map);
    }

    /** Gives a map another size than the source says; before {@link #load}. */
    void resize(String map, int entries) {
        bpf.checked(bpf.library().bpf_map__set_max_entries(map(map), entries), "resize the eBPF map " + map);
    }

    /** @throws HostException with the system's words and what the verifier complained of */
    void load() {
        bpf.checked(bpf.library().bpf_object__load(opened()), "load the eBPF object " + name);
    }

    /** The descriptor of a loaded map; closed with this object. */
    int mapDescriptor(String map) {
        return bpf.checked(bpf.library().bpf_map__fd(map(map)), "find the eBPF map " + map);
    }

    /** A loaded map; not to be used once this object is closed. */
    BpfMap loadedMap(String map) {
        return new BpfMap(bpf, map, mapDescriptor(map));
    }

    /** The descriptor of a loaded program; closed with this object. */
    int programDescriptor(String program) {
        return bpf.checked(bpf.library().bpf_program__fd(program(program)), "find the eBPF program " + program);
    }

    /** Attaches to a cgroup and all below it, beside the programs of others. */
    void attachToCgroup(String program, int cgroupDescriptor) {
        keep(program, bpf.library().bpf_program__attach_cgroup(program(program), cgroupDescriptor));
    }

    /** Attaches to an event of perf_event_open(2), whose descriptor then belongs to this object. */
    void attachToPerfEvent(String program, int eventDescriptor) {
        keep(program, bpf.library().bpf_program__attach_perf_event(program(program), eventDescriptor));
    }

    /** Attaches to where the program's section says. */
    void attach(String program) {
        keep(program, bpf.library().bpf_program__attach(program(program)));
    }

    boolean isAttached(String program) {
        return links.containsKey(program);
    }

    void detach(String program) {
        Pointer link = links.remove(program);
        if (link != null) {
            bpf.checked(bpf.library().bpf_link__destroy(link), "detach the eBPF program " + program);
        }
    }

    /** The descriptor of an attached program's link. */
    int linkDescriptor(String program) {
        Pointer link = links.get(program);
        if (link == null) {
            throw new IllegalStateException(program + " is not attached");
        }
        return bpf.library().bpf_link__fd(link);
    }

    private void keep(String program, @Nullable Pointer link) {
        links.put(program, bpf.checked(link, "attach the eBPF program " + program));
    }

    private Pointer program(String program) {
        return bpf.checked(
                bpf.library().bpf_object__find_program_by_name(opened(), program), "find the eBPF program " + program);
    }

    private Pointer map(String map) {
        return bpf.checked(bpf.library().bpf_object__find_map_by_name(opened(), map), "find the eBPF map " + map);
    }

    private Pointer opened() {
        if (object == null) {
            throw new IllegalStateException("the eBPF object " + name + " is closed");
        }
        return object;
    }

    /** Detaches and unloads. Idempotent. */
    @Override
    public void close() {
        Pointer opened = object;
        object = null;
        if (opened != null) {
            links.values().forEach(bpf.library()::bpf_link__destroy);
            links.clear();
            bpf.library().bpf_object__close(opened);
        }
    }
}
