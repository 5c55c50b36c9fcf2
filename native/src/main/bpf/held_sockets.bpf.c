// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Lists the sockets among the descriptors of all processes, for the snapshot. Optional; needs the kernel's BTF, by which
 * the offsets of the fields below are corrected when it is loaded. Linux 5.12 and later.
 */
#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "flow_events.h"

#define AF_INET 2
#define AF_INET6 10

char LICENSE[] SEC("license") = "GPL";

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct in6_addr {
	union {
		__be32 u6_addr32[4];
	} in6_u;
};

struct ns_common {
	unsigned int inum;
};

struct net {
	struct ns_common ns;
	__u64 net_cookie;
};

typedef struct {
	struct net *net;
} possible_net_t;

struct sock_common {
	__be32 skc_daddr;
	__be32 skc_rcv_saddr;
	__be16 skc_dport;
	__u16 skc_num;
	unsigned short skc_family;
	volatile unsigned char skc_state;
	possible_net_t skc_net;
	struct in6_addr skc_v6_daddr;
	struct in6_addr skc_v6_rcv_saddr;
};

struct sock {
	struct sock_common __sk_common;
	__u16 sk_type;
	__u16 sk_protocol;
};

struct socket {
	struct sock *sk;
};

struct task_struct {
	int tgid;
};

struct file;
struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task_file {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
	__u32 fd;
	struct file *file;
};

#pragma clang attribute pop

static __always_inline void set_ipv4(__u8 *address, __be32 ipv4)
{
	__builtin_memset(address, 0, 10);
	address[10] = address[11] = 0xff;
	__builtin_memcpy(address + 12, &ipv4, 4);
}

static __always_inline void set_ipv6(__u8 *address, const struct in6_addr *from)
{
	__be32 *words = (__be32 *)address;

	#pragma unroll
	for (int i = 0; i < 4; i++)
		words[i] = from->in6_u.u6_addr32[i];
}

/* The verifier knows the types of these pointers, so they are followed without a helper that copies with care. */
SEC("iter/task_file")
int list_held_socket(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct pidcap_held_socket held = {};
	struct socket *socket;
	struct sock *sk;
	struct net *net;

	if (!task || !file)
		return 0;
	socket = bpf_sock_from_file(file);
	if (!socket)
		return 0;
	sk = socket->sk;
	if (!sk)
		return 0;
	if (sk->__sk_common.skc_family == AF_INET6) {
		set_ipv6(held.local_address, &sk->__sk_common.skc_v6_rcv_saddr);
		set_ipv6(held.remote_address, &sk->__sk_common.skc_v6_daddr);
	} else if (sk->__sk_common.skc_family == AF_INET) {
		set_ipv4(held.local_address, sk->__sk_common.skc_rcv_saddr);
		set_ipv4(held.remote_address, sk->__sk_common.skc_daddr);
	} else {
		return 0;
	}
	held.cookie = bpf_get_socket_cookie(sk);
	net = sk->__sk_common.skc_net.net;
	held.netns_cookie = net->net_cookie;
	held.netns_inode = net->ns.inum;
	held.tgid = task->tgid;
	held.local_port = sk->__sk_common.skc_num;
	held.remote_port = bpf_ntohs(sk->__sk_common.skc_dport);
	held.type = sk->sk_type;
	held.protocol = sk->sk_protocol;
	held.state = sk->__sk_common.skc_state;
	bpf_seq_write(ctx->meta->seq, &held, sizeof(held));
	return 0;
}
