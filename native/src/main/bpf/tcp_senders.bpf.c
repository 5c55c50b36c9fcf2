// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Tells which process sends by a TCP socket, before the data leave: one that was handed the connection may send before
 * it ever receives. Optional; needs the kernel's BTF for the name of the tracepoint. Linux 6.16 and later.
 */
#include "socket_state.h"

char LICENSE[] SEC("license") = "GPL";

SEC("tp_btf/tcp_sendmsg_locked")
int tcp_sends(__u64 *ctx)
{
	struct socket_state *st = bpf_sk_storage_get(&sockets, (void *)ctx[0], 0, 0);

	if (st && st->cookie)
		note_user(st, PIDCAP_DATA);
	return 0;
}
