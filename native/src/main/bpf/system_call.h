/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Which system call the current process is in, and what recvmsg(2) was given. */
#ifndef PIDCAP_SYSTEM_CALL_H
#define PIDCAP_SYSTEM_CALL_H

#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct pt_regs___x86 {
	unsigned long si;
	unsigned long orig_ax;
};

struct pt_regs___arm64 {
	unsigned long regs[31];
	int syscallno;
};

#pragma clang attribute pop

/* What a process called, and with which second argument. */
struct call {
	long number;
	unsigned long second;
	long read, readv, recvfrom, recvmsg;
};

/* Of recvmsg(2) and cmsg(3), in programs of 64 bits; others have other numbers for their calls. */
struct message_head {
	__u64 name;
	__u32 name_length;
	__u64 buffers;
	__u64 buffer_count;
	__u64 control;
	__u64 control_length;
};

struct control_head {
	__u64 length;
	__u32 level;
	__u32 type;
};

/* 0: not on this architecture. */
static __always_inline int current_call(struct call *c)
{
	void *regs = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
	struct pt_regs___x86 *x86 = regs;
	struct pt_regs___arm64 *arm64 = regs;

	if (bpf_core_field_exists(x86->orig_ax)) {
		*c = (struct call){
			.number = BPF_CORE_READ(x86, orig_ax),
			.second = BPF_CORE_READ(x86, si),
			.read = 0,
			.readv = 19,
			.recvfrom = 45,
			.recvmsg = 47,
		};
		return 1;
	}
	if (bpf_core_field_exists(arm64->syscallno)) {
		*c = (struct call){
			.number = BPF_CORE_READ(arm64, syscallno),
			.second = BPF_CORE_READ(arm64, regs[1]),
			.read = 63,
			.readv = 65,
			.recvfrom = 207,
			.recvmsg = 212,
		};
		return 1;
	}
	return 0;
}

#endif
