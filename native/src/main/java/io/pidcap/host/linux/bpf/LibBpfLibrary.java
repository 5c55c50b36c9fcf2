package io.pidcap.host.linux.bpf;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.platform.unix.LibCAPI.size_t;
import org.jspecify.annotations.Nullable;

/**
 * libbpf as its headers declare it (bpf/libbpf.h, bpf/bpf.h); only what both libbpf.so.0 (0.3) and libbpf.so.1 have.
 * Functions that return a pointer return NULL and set errno on failure in version 1, and an error hidden in the pointer
 * in version 0: {@link #libbpf_get_error} understands both.
 */
interface LibBpfLibrary extends Library {
    /** enum libbpf_print_level: the lowest that libbpf prints without being asked for more. */
    int LIBBPF_WARN = 0;

    /** enum bpf_attach_type (linux/bpf.h), from Linux 6.7 on: a receive by a local socket that may want an address. */
    int BPF_CGROUP_UNIX_RECVMSG = 51;

    /** typedef int (*libbpf_print_fn_t)(enum libbpf_print_level level, const char *format, va_list ap) */
    interface PrintFunction extends Callback {
        int print(int level, Pointer format, Pointer arguments);
    }

    // libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t fn)
    @Nullable
    Pointer libbpf_set_print(@Nullable PrintFunction fn);

    // long libbpf_get_error(const void *ptr)
    long libbpf_get_error(@Nullable Pointer ptr);

    // struct bpf_object *bpf_object__open_mem(const void *obj_buf, size_t obj_buf_sz,
    //                                         const struct bpf_object_open_opts *opts)
    @Nullable
    Pointer bpf_object__open_mem(Pointer obj_buf, size_t obj_buf_sz, @Nullable Pointer opts);

    // int bpf_object__load(struct bpf_object *obj)
    int bpf_object__load(Pointer obj);

    // void bpf_object__close(struct bpf_object *object)
    void bpf_object__close(Pointer obj);

    // struct bpf_program *bpf_object__find_program_by_name(const struct bpf_object *obj, const char *name)
    @Nullable
    Pointer bpf_object__find_program_by_name(Pointer obj, String name);

    // struct bpf_map *bpf_object__find_map_by_name(const struct bpf_object *obj, const char *name)
    @Nullable
    Pointer bpf_object__find_map_by_name(Pointer obj, String name);

    // int bpf_map__fd(const struct bpf_map *map)
    int bpf_map__fd(Pointer map);

    // int bpf_map__set_max_entries(struct bpf_map *map, __u32 max_entries)
    int bpf_map__set_max_entries(Pointer map, int max_entries);

    // int bpf_map__reuse_fd(struct bpf_map *map, int fd)
    int bpf_map__reuse_fd(Pointer map, int fd);

    // int bpf_program__set_autoload(struct bpf_program *prog, bool autoload)
    int bpf_program__set_autoload(Pointer prog, boolean autoload);

    // int bpf_program__set_expected_attach_type(struct bpf_program *prog, enum bpf_attach_type type)
    int bpf_program__set_expected_attach_type(Pointer prog, int type);

    // struct bpf_link *bpf_program__attach_cgroup(const struct bpf_program *prog, int cgroup_fd)
    @Nullable
    Pointer bpf_program__attach_cgroup(Pointer prog, int cgroup_fd);

    // struct bpf_link *bpf_program__attach_perf_event(const struct bpf_program *prog, int pfd)
    @Nullable
    Pointer bpf_program__attach_perf_event(Pointer prog, int pfd);

    // struct bpf_link *bpf_program__attach(const struct bpf_program *prog)
    @Nullable
    Pointer bpf_program__attach(Pointer prog);

    // int bpf_link__fd(const struct bpf_link *link)
    int bpf_link__fd(Pointer link);

    // int bpf_link__destroy(struct bpf_link *link)
    int bpf_link__destroy(Pointer link);

    // int bpf_program__fd(const struct bpf_program *prog)
    int bpf_program__fd(Pointer prog);

    // int bpf_map_get_fd_by_id(__u32 id)
    int bpf_map_get_fd_by_id(int id);

    // int bpf_obj_get_info_by_fd(int bpf_fd, void *info, __u32 *info_len)
    int bpf_obj_get_info_by_fd(int bpf_fd, Pointer info, Pointer info_len);

    // int bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags)
    int bpf_map_update_elem(int fd, byte[] key, byte[] value, long flags);

    // int bpf_map_delete_elem(int fd, const void *key)
    int bpf_map_delete_elem(int fd, byte[] key);

    // int bpf_iter_create(int link_fd)
    int bpf_iter_create(int link_fd);
}
