// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Tells which file a process executes and what it calls itself, as /proc/PID would show them at that moment: when they
 * are read the process may execute another program already, or be gone, and a path that was given to exec may be relative
 * to a directory that nobody knows any more. Optional; needs the kernel's BTF, by which the offsets of the
 * fields below are corrected when it is loaded. Linux 5.17 and later.
 */
#include "socket_state.h"

#include <bpf/bpf_core_read.h>

/* Directories and mount points between a file and the root. */
#define MOST_STEPS 64

char LICENSE[] SEC("license") = "GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct qstr {
	const unsigned char *name;
};

struct dentry {
	struct dentry *d_parent;
	struct qstr d_name;
};

struct vfsmount {
	struct dentry *mnt_root;
};

struct mount {
	struct mount *mnt_parent;
	struct dentry *mnt_mountpoint;
	struct vfsmount mnt;
};

struct path {
	struct vfsmount *mnt;
	struct dentry *dentry;
};

struct file {
	struct path f_path;
};

struct mm_struct {
	struct file *exe_file;
	unsigned long arg_start;
	unsigned long arg_end;
};

struct task_struct {
	struct mm_struct *mm;
};

#pragma clang attribute pop

static __always_inline struct mount *mount_of(struct vfsmount *mnt)
{
	return (void *)mnt - bpf_core_field_offset(struct mount, mnt);
}

struct walk {
	struct pidcap_file_record *r;
	struct dentry *dentry;
	struct mount *mount;
	__u32 at;
};

/* One name, or one mount point, further up; 1 ends the walk. */
static long step(__u32 i, struct walk *w)
{
	struct pidcap_file_record *r = w->r;
	struct dentry *dentry = w->dentry, *parent;
	struct mount *mount = w->mount;
	__u32 at = w->at;
	long bytes;

	if (dentry == BPF_CORE_READ(mount, mnt.mnt_root)) {
		struct mount *above = BPF_CORE_READ(mount, mnt_parent);

		if (above == mount) {
			r->names_bytes = at;
			return 1;
		}
		w->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		w->mount = above;
		return 0;
	}
	parent = BPF_CORE_READ(dentry, d_parent);
	/* Its file system is mounted nowhere, or the path is too long. */
	if (parent == dentry || at > sizeof(r->names) - PIDCAP_NAME_BYTES)
		return 1;
	bytes = bpf_probe_read_kernel_str(r->names + at, PIDCAP_NAME_BYTES, BPF_CORE_READ(dentry, d_name.name));
	if (bytes <= 0)
		return 1;
	w->at = at + bytes;
	w->dentry = parent;
	return 0;
}

/* Attached before the program that tells of the exec itself, so that its record comes before that one's. */
SEC("tracepoint/sched/sched_process_exec")
int executed_file(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct file *file = BPF_CORE_READ(mm, exe_file);
	unsigned long argument = BPF_CORE_READ(mm, arg_start);
	struct walk walk = {
		.r = bpf_ringbuf_reserve(&records, sizeof(*walk.r), 0),
		.dentry = BPF_CORE_READ(file, f_path.dentry),
		.mount = mount_of(BPF_CORE_READ(file, f_path.mnt)),
	};

	if (!walk.r) {
		add_to(PIDCAP_LOST_RECORDS, 1);
		return 0;
	}
	walk.r->time_ns = bpf_ktime_get_ns();
	walk.r->kind = PIDCAP_PROCESS_FILE;
	walk.r->tgid = bpf_get_current_pid_tgid() >> 32;
	walk.r->names_bytes = 0;
	walk.r->argument[0] = 0;
	if (argument < BPF_CORE_READ(mm, arg_end))
		bpf_probe_read_user_str(walk.r->argument, sizeof(walk.r->argument), (void *)argument);
	bpf_loop(MOST_STEPS, step, &walk, 0);
	submit(walk.r);
	return 0;
}
