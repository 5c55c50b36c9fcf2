// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Tells which process sends and receives by any socket. Optional; Linux 6.3 and later with BTF. Costs every call
 * something, so the event-worker attaches it only while several processes have one socket.
 */
#include "socket_state.h"

char LICENSE[] SEC("license") = "GPL";

static __always_inline int has_moved_data(__u64 *ctx)
{
	struct socket_state *st;

	/* The call's result. */
	if ((int)ctx[1] < 0)
		return 0;
	st = bpf_sk_storage_get(&sockets, (void *)ctx[0], 0, 0);
	if (st && st->cookie)
		note_user(st, PIDCAP_DATA);
	return 0;
}

SEC("tp_btf/sock_send_length")
int sent(__u64 *ctx)
{
	return has_moved_data(ctx);
}

SEC("tp_btf/sock_recv_length")
int received(__u64 *ctx)
{
	return has_moved_data(ctx);
}
