package io.pidcap.host.linux.bpf;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A map of the kernel by its descriptor, which stays its owner's. Its keys are numbers of 32 bits. Any thread. */
record BpfMap(LibBpf bpf, String name, int descriptor) {
    /** struct bpf_map_info { __u32 type; __u32 id; … } */
    private static final int INFO_BYTES = 8;

    private static final int INFO_ID = 4;
    private static final long BPF_EXIST = 2;

    /** The kernel's number of it, by which another process can open it. */
    int id() {
        try (Memory info = new Memory(INFO_BYTES);
                Memory length = new Memory(Integer.BYTES)) {
            info.clear();
            length.setInt(0, INFO_BYTES);
            bpf.checked(
                    bpf.library().bpf_obj_get_info_by_fd(descriptor, info, length),
                    "ask for the id of the eBPF map " + name);
            return info.getInt(INFO_ID);
        }
    }

    /** @return a descriptor, the caller's to close */
    static int open(LibBpf bpf, String name, int id) {
        return bpf.checked(bpf.library().bpf_map_get_fd_by_id(id), "open the eBPF map " + name + " by its id " + id);
    }

    /** @throws io.pidcap.host.HostException such as when the map is full */
    void put(int key, byte[] value) {
        bpf.checked(
                bpf.library().bpf_map_update_elem(descriptor, bytes(key), value, 0), "write into the eBPF map " + name);
    }

    /** Changes what is there; does nothing where there is none. */
    void replace(int key, byte[] value) {
        checkedIfThere(bpf.library().bpf_map_update_elem(descriptor, bytes(key), value, BPF_EXIST), "write into");
    }

    /** Does nothing where there is none. */
    void remove(int key) {
        checkedIfThere(bpf.library().bpf_map_delete_elem(descriptor, bytes(key)), "delete from");
    }

    private void checkedIfThere(int result, String operation) {
        int errno = result == -1 ? Native.getLastError() : -result;
        if (result < 0 && errno != LibcLibrary.ENOENT) {
            throw NativeCalls.failure(operation + " the eBPF map " + name, errno);
        }
    }

    /** One after the other, in the host's byte order. */
    static byte[] bytes(int... words) {
        ByteBuffer bytes = ByteBuffer.allocate(words.length * Integer.BYTES).order(ByteOrder.nativeOrder());
        for (int word : words) {
            bytes.putInt(word);
        }
        return bytes.array();
    }
}
