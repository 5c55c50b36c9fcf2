// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * For the prefilter: tells who is given descriptors by a local socket (SCM_RIGHTS). A socket that is handed over so is not
 * told of before its taker uses it. When in doubt it is told, and nothing is dropped until it is known what the taker has.
 *
 * Needs the kernel's BTF. Linux 6.3 and later.
 */
#include "socket_state.h"
#include "system_call.h"

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

#pragma clang attribute pop

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
