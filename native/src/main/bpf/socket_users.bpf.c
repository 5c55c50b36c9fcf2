// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Tells which process receives by a TCP socket: after accept() by one of several, after fork, after a descriptor was
 * passed on, it need not be the one that made it. Optional; needs the kernel's BTF for the name of the tracepoint.
 * Linux 5.12 and later.
 */
#include "socket_state.h"

char LICENSE[] SEC("license") = "GPL";

/* At the end of a receive. */
SEC("tp_btf/tcp_rcv_space_adjust")
int tcp_received(__u64 *ctx)
{
	struct socket_state *st = bpf_sk_storage_get(&sockets, (void *)ctx[0], 0, BPF_SK_STORAGE_GET_F_CREATE);

	if (!st)
		return 0;
	/* Older than the programs. */
	if (!st->cookie) {
		st->cookie = bpf_get_socket_cookie((void *)ctx[0]);
		st->is_tcp = 1;
	}
	note_user(st, PIDCAP_DATA);
	return 0;
}
