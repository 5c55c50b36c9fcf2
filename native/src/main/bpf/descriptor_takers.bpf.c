// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * For the prefilter: tells who is given descriptors by a local socket (SCM_RIGHTS). A socket that is handed over so is not
 * told of before its taker uses it. When in doubt it is told, and nothing is dropped until it is known what the taker has.
 *
 * Needs the kernel's BTF. Linux 6.3 and later.
 */
#include "socket_state.h"

#include <bpf/bpf_core_read.h>

/* include/linux/socket.h, which the UAPI lacks */
#define AF_UNIX 1
#define SOL_SOCKET_LEVEL 1
#define SCM_RIGHTS 1
/* The kernel puts at most credentials, a label and a pidfd in front of descriptors. */
#define MOST_MESSAGES 4

char LICENSE[] SEC("license") = "GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct sock_common {
	unsigned short skc_family;
};

struct sock {
	struct sock_common __sk_common;
};

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

/* The kernel has written the messages that came with the data already, and the caller's head not yet. */
static __always_inline int may_hold_descriptors(unsigned long head_address)
{
	struct message_head head;
	__u64 at;

	if (bpf_probe_read_user(&head, sizeof(head), (void *)head_address) < 0)
		return 1;
	at = head.control;
	if (!at)
		return 0;
	#pragma unroll
	for (int i = 0; i < MOST_MESSAGES; i++) {
		struct control_head control;

		if (at + sizeof(control) > head.control + head.control_length)
			return 0;
		if (bpf_probe_read_user(&control, sizeof(control), (void *)at) < 0)
			return 1;
		if (control.length < sizeof(control))
			return 0;
		if (control.level == SOL_SOCKET_LEVEL && control.type == SCM_RIGHTS)
			return 1;
		at += (control.length + 7) & ~7ULL;
	}
	return 1;
}

static __always_inline int may_have_taken(void)
{
	struct call c;

	if (!current_call(&c))
		return 1;
	if (c.number == c.read || c.number == c.readv || c.number == c.recvfrom)
		return 0;
	return c.number != c.recvmsg || may_hold_descriptors(c.second);
}

SEC("tp_btf/sock_recv_length")
int took(__u64 *ctx)
{
	struct sock *sk = (void *)ctx[0];
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	struct pidcap_process_record *r;

	/* The call's result. */
	if ((int)ctx[1] < 0 || sk->__sk_common.skc_family != AF_UNIX)
		return 0;
	if (is_trusted(tgid) || !may_have_taken())
		return 0;
	r = bpf_ringbuf_reserve(&records, PROCESS_RECORD_BYTES, 0);
	if (!r) {
		add_to(PIDCAP_LOST_RECORDS, 1);
		return 0;
	}
	fill_process(r, PIDCAP_DESCRIPTORS_TAKEN, tgid);
	add_to(PIDCAP_RAISED, 1);
	submit(r);
	return 0;
}
