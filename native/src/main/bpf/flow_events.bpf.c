// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Tells which process owns which five-tuple: every socket from the moment it can send or receive until it is released,
 * and every process from fork to exit.
 *
 * Needs nothing but the UAPI headers and those of libbpf: no BTF of the kernel, no kprobes. Linux 5.10 and later.
 *
 * Every program lets pass what it sees, on every path. None of them trusts the current process where it may run in a
 * soft interrupt (sock_ops, packets): the owner is written into the socket's storage where a process is known to be
 * behind the call, and read from there.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "flow_events.h"
#include "socket_state.h"

#define ALLOW 1

/* include/linux/socket.h, include/linux/net.h and include/net/tcp_states.h, which the UAPI lacks */
#define AF_INET 2
#define AF_INET6 10
#define SOCK_RAW 3
#define TCP_LISTEN_STATE 10
#define TCP_CLOSE_STATE 7
/* include/uapi/linux/sched.h */
#define CLONE_THREAD 0x00010000

#define ICMP_ECHOREPLY 0
#define ICMP_ECHO 8
#define ICMPV6_ECHO_REQUEST 128
#define ICMPV6_ECHO_REPLY 129

/* What a packet of a socket without a known owner may make known; the kernel's own sockets never get one. */
#define MOST_UNOWNED_TUPLES 256

/* A bind is told just after the port was taken: packets cannot have come earlier than this before. */
#define BIND_LEAD_NS 100000

char LICENSE[] SEC("license") = "GPL";

/* Tuples that were told, by their hash. What is evicted is told again, which does no harm. */

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, __u8);
} told SEC(".maps");

/* By port, TCP's first. Network namespaces are not told apart: a port that seems shared costs more records, no more. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 2 * 65536);
	__type(key, __u32);
	__type(value, struct pidcap_port);
} ports SEC(".maps");

/*
 * The local end of a connection in its packets where an address translation changes it, known when the listener
 * answers and needed when the connection is there.
 */
struct translated_key {
	__u64 listener_cookie;
	__u64 remote[2];
	__u64 remote_port;
};

struct translated_end {
	__u64 local[2];
	__u64 local_port;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct translated_key);
	__type(value, struct translated_end);
} translated SEC(".maps");

struct tuple {
	__u64 local[2];
	__u64 remote[2];
	__u16 local_port;
	__u16 remote_port;
	__u8 protocol;
	__u8 state;
	__u16 flags;
};

/* The verifier takes only loads of 32 bits from a context; without volatile the compiler joins two into one of 64. */
#define WORD(field) (*(volatile __u32 *)&(field))
#define SET_IPV6(address, words) set_words(address, WORD((words)[0]), WORD((words)[1]), WORD((words)[2]), WORD((words)[3]))

static __always_inline int is_mapped(__u32 w0, __u32 w1, __u32 w2)
{
	return w0 == 0 && w1 == 0 && w2 == bpf_htonl(0xffff);
}

/* Of a socket and its own end: products that do not wait for each other, since every datagram takes this way; */
static __always_inline __u64 local_hash(__u64 cookie, const struct tuple *t)
{
	return mixed(cookie * 0x9e3779b97f4a7c15ULL + t->local[0] * 0xc2b2ae3d27d4eb4fULL +
		     t->local[1] * 0xff51afd7ed558ccdULL +
		     ((__u32)t->protocol << 16 | t->local_port) * 0xc4ceb9fe1a85ec53ULL);
}

/* and of both ends. */
static __always_inline __u64 whole_hash(__u64 local_hash, const struct tuple *t)
{
	return mixed(local_hash * 0x9e3779b97f4a7c15ULL + t->remote[0] * 0xc2b2ae3d27d4eb4fULL +
		     t->remote[1] * 0xff51afd7ed558ccdULL + t->remote_port * 0xc4ceb9fe1a85ec53ULL);
}

/* 0: it found no room; then the next packet that shows the same tuple tells it. */
static __always_inline int tell_opened(struct socket_state *st, const struct tuple *t)
{
	struct pidcap_socket_record *r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);

	if (!r) {
		add_to(PIDCAP_LOST_RECORDS, 1);
		st->is_named = 1;
		return 0;
	}
	r->time_ns = bpf_ktime_get_ns();
	r->kind = PIDCAP_SOCKET_OPENED;
	r->tgid = st->tgid;
	r->cookie = st->cookie;
	r->listener_cookie = st->listener_cookie;
	r->netns_cookie = st->netns_cookie;
	r->since_ns = st->since_ns;
	__builtin_memcpy(r->local_address, t->local, 16);
	__builtin_memcpy(r->remote_address, t->remote, 16);
	r->local_port = t->local_port;
	r->remote_port = t->remote_port;
	r->protocol = t->protocol;
	r->state = t->state;
	r->flags = t->flags | (st->listener_cookie ? PIDCAP_ACCEPTED : 0);
	/* Of a second port nobody knows who else may have come to the socket meanwhile. */
	if (st->is_open || (st->told_port && st->told_port != t->local_port) || !is_trusted(st->tgid))
		r->flags |= mark(t->protocol == IPPROTO_TCP, t->local_port);
	if (!st->told_port)
		st->told_port = t->local_port;
	r->uid = st->uid;
	r->reserved = 0;
	__builtin_memcpy(r->comm, st->comm, sizeof(r->comm));
	submit(r);
	st->is_told = 1;
	return 1;
}

/* For a tuple that may have been told already; 0 as above. */
static __always_inline int tell_once(struct socket_state *st, const struct tuple *t, __u64 hash)
{
	__u8 yes = 1;

	if (bpf_map_lookup_elem(&told, &hash))
		return 1;
	if (!st->tgid) {
		if (st->unowned_tuples >= MOST_UNOWNED_TUPLES)
			return 1;
		st->unowned_tuples++;
	}
	if (!tell_opened(st, t))
		return 0;
	bpf_map_update_elem(&told, &hash, &yes, BPF_ANY);
	return 1;
}

static __always_inline struct pidcap_port *port_of(__u8 protocol, __u16 port)
{
	__u32 key = (protocol == IPPROTO_TCP ? 0 : 65536) + port;

	return bpf_map_lookup_elem(&ports, &key);
}

/* Whether a socket of another process may have the port too; then a port says nothing and each tuple is told. */
static __always_inline int is_shared(const struct socket_state *st, __u8 protocol, __u16 port)
{
	struct pidcap_port *p = port_of(protocol, port);
	int is_counted = st->bound_port == port;

	if (!p)
		return 1;
	if (p->older)
		return p->older > 1 || p->bound > 0;
	if (p->bound <= is_counted)
		return 0;
	return p->process_hashes != p->bound * hash_word(is_counted ? st->bound_tgid : st->tgid);
}

static __always_inline void take_port(struct socket_state *st, __u8 protocol, __u16 port)
{
	struct pidcap_port *p;

	if (st->bound_port == port)
		return;
	p = port_of(protocol, port);
	if (!p)
		return;
	st->bound_port = port;
	st->bound_tgid = st->tgid;
	st->is_tcp = protocol == IPPROTO_TCP;
	__sync_fetch_and_add(&p->bound, 1);
	__sync_fetch_and_add(&p->process_hashes, hash_word(st->bound_tgid));
	/* What the port alone told may be ambiguous from now on. */
	p->quiet = 0;
}

static __always_inline void give_port_back(struct socket_state *st)
{
	struct pidcap_port *p;

	if (!st->bound_port)
		return;
	p = port_of(st->is_tcp ? IPPROTO_TCP : IPPROTO_UDP, st->bound_port);
	if (!p)
		return;
	__sync_fetch_and_add(&p->bound, -1);
	__sync_fetch_and_add(&p->process_hashes, -hash_word(st->bound_tgid));
	st->bound_port = 0;
}

/* The state of a socket at a call of a process, which becomes its owner if it has none. */
#define STATE_IN_CALL(ctx, sk)                                                                                         \
	({                                                                                                             \
		struct socket_state *found = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);         \
		if (found && !found->cookie)                                                                           \
			found->cookie = bpf_get_socket_cookie(ctx);                                                    \
		if (found && !found->netns_cookie)                                                                     \
			found->netns_cookie = bpf_get_netns_cookie(ctx);                                               \
		if (!found)                                                                                            \
			add_to(PIDCAP_LOST_STATES, 1);                                                                 \
		found;                                                                                                 \
	})

SEC("cgroup/sock_create")
int sock_create(struct bpf_sock *ctx)
{
	struct socket_state *st = STATE_IN_CALL(ctx, ctx);

	if (st) {
		st->since_ns = bpf_ktime_get_ns();
		st->is_tcp = ctx->protocol == IPPROTO_TCP;
		set_owner(st);
		if (ctx->type == SOCK_RAW && (ctx->protocol == IPPROTO_TCP || ctx->protocol == IPPROTO_RAW)) {
			st->is_raw_sender = 1;
			add_to(PIDCAP_RAW_SENDERS, 1);
		}
	}
	return ALLOW;
}

static __always_inline int was_given(__u64 cookie)
{
	struct given_key key = {.cookie = cookie};

	return bpf_map_lookup_elem(&given, &key) != 0;
}

SEC("cgroup/sock_release")
int sock_release(struct bpf_sock *ctx)
{
	struct socket_state *st = bpf_sk_storage_get(&sockets, ctx, 0, 0);
	struct pidcap_socket_record *r;

	if (st) {
		give_port_back(st);
		if (st->is_raw_sender)
			add_to(PIDCAP_RAW_SENDERS, -1);
		st->is_released = 1;
		/* Of a socket that never did anything nobody knows, unless somebody was given it. */
		if (st->tgid && !st->is_told && !st->is_named && !was_given(st->cookie))
			return ALLOW;
	}
	r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);
	if (!r) {
		add_to(PIDCAP_LOST_RECORDS, 1);
		return ALLOW;
	}
	__builtin_memset(r, 0, sizeof(*r));
	r->time_ns = bpf_ktime_get_ns();
	r->kind = PIDCAP_SOCKET_RELEASED;
	r->tgid = bpf_get_current_pid_tgid() >> 32;
	r->cookie = bpf_get_socket_cookie(ctx);
	r->protocol = ctx->protocol;
	submit(r);
	return ALLOW;
}

/* A process can change its user between the making of a socket and what it does with it. */
static __always_inline void note_uid(struct socket_state *st)
{
	if (st->tgid == bpf_get_current_pid_tgid() >> 32)
		st->uid = bpf_get_current_uid_gid();
}

static __always_inline void bound(struct socket_state *st, struct tuple *t)
{
	__u64 now = bpf_ktime_get_ns();

	note_uid(st);
	note_user(st, 0);
	if (!t->local_port)
		return;
	take_port(st, t->protocol, t->local_port);
	st->since_ns = st->since_ns > now - BIND_LEAD_NS ? st->since_ns : now - BIND_LEAD_NS;
	t->state = PIDCAP_BOUND;
	tell_opened(st, t);
}

SEC("cgroup/post_bind4")
int post_bind4(struct bpf_sock *ctx)
{
	struct socket_state *st = STATE_IN_CALL(ctx, ctx);
	struct tuple t = {};

	if (!st)
		return ALLOW;
	set_ipv4(t.local, ctx->src_ip4);
	t.local_port = ctx->src_port;
	t.protocol = ctx->protocol;
	bound(st, &t);
	return ALLOW;
}

SEC("cgroup/post_bind6")
int post_bind6(struct bpf_sock *ctx)
{
	struct socket_state *st = STATE_IN_CALL(ctx, ctx);
	struct tuple t = {};

	if (!st)
		return ALLOW;
	SET_IPV6(t.local, ctx->src_ip6);
	t.local_port = ctx->src_port;
	t.protocol = ctx->protocol;
	bound(st, &t);
	return ALLOW;
}

/* Runs before the kernel chooses the local port: what is told later was not the socket's before. */
static __always_inline void connects(struct socket_state *st)
{
	note_uid(st);
	note_user(st, 0);
	st->since_ns = bpf_ktime_get_ns();
	/* It has a tuple before its first packet tells one. */
	st->is_named = 1;
}

/* An unconnected sender; the kernel has just given it a port if it had none. */
static __always_inline void sends(struct socket_state *st, struct bpf_sock *sk)
{
	struct tuple t = {};

	note_user(st, PIDCAP_DATA);
	if (st->is_told || !sk->src_port)
		return;
	if (sk->family == AF_INET)
		set_ipv4(t.local, sk->src_ip4);
	else
		SET_IPV6(t.local, sk->src_ip6);
	t.local_port = sk->src_port;
	t.protocol = sk->protocol;
	t.state = PIDCAP_BOUND;
	tell_opened(st, &t);
}

enum call { CONNECT, SEND, RECEIVE, ASK_NAME };

static __always_inline void address_call(struct bpf_sock_addr *ctx, enum call call)
{
	struct bpf_sock *sk = ctx->sk;
	struct socket_state *st;

	if (!sk)
		return;
	st = STATE_IN_CALL(ctx, sk);
	if (!st)
		return;
	switch (call) {
	case CONNECT:
		connects(st);
		break;
	case SEND:
		sends(st, sk);
		break;
	case RECEIVE:
		note_user(st, PIDCAP_DATA);
		break;
	case ASK_NAME:
		note_user(st, 0);
		break;
	}
}

#define ADDRESS_PROGRAM(name, call)                                                                                    \
	SEC("cgroup/" #name)                                                                                           \
	int name(struct bpf_sock_addr *ctx)                                                                            \
	{                                                                                                              \
		address_call(ctx, call);                                                                               \
		return ALLOW;                                                                                          \
	}

ADDRESS_PROGRAM(connect4, CONNECT)
ADDRESS_PROGRAM(connect6, CONNECT)
/* Also accept(), where it is asked for the peer's address: that is how the process that accepts becomes known. */
ADDRESS_PROGRAM(getpeername4, ASK_NAME)
ADDRESS_PROGRAM(getpeername6, ASK_NAME)
ADDRESS_PROGRAM(getsockname4, ASK_NAME)
ADDRESS_PROGRAM(getsockname6, ASK_NAME)
/* These cost every datagram something; the event-worker loads them only where socket_users.bpf.c does not load. */
ADDRESS_PROGRAM(sendmsg4, SEND)
ADDRESS_PROGRAM(sendmsg6, SEND)
ADDRESS_PROGRAM(recvmsg4, RECEIVE)
ADDRESS_PROGRAM(recvmsg6, RECEIVE)

static __always_inline void set_tcp_tuple(struct bpf_sock_ops *ctx, struct tuple *t)
{
	__u32 r0 = WORD(ctx->remote_ip6[0]), r1 = WORD(ctx->remote_ip6[1]);
	__u32 r2 = WORD(ctx->remote_ip6[2]), r3 = WORD(ctx->remote_ip6[3]);

	/* A socket of IPv6 that talks IPv4 has both forms; while it connects only that of IPv4 is complete. */
	if (ctx->family == AF_INET || is_mapped(r0, r1, r2)) {
		set_ipv4(t->local, ctx->local_ip4);
		set_ipv4(t->remote, ctx->remote_ip4);
	} else {
		SET_IPV6(t->local, ctx->local_ip6);
		set_words(t->remote, r0, r1, r2, r3);
	}
	t->local_port = ctx->local_port;
	t->remote_port = bpf_ntohl(ctx->remote_port);
	t->protocol = IPPROTO_TCP;
	t->state = PIDCAP_CONNECTED;
}

/* The listener has the tuple no longer: when another connection of the same ends begins, it is told again. */
static __always_inline void forget_told(__u64 listener_cookie, const struct tuple *t)
{
	__u64 hash = whole_hash(local_hash(listener_cookie, t), t);

	bpf_map_delete_elem(&told, &hash);
}

/* A socket out of a listener begins with a copy of the listener's state. */
static __always_inline void begin_accepted(struct socket_state *st, __u64 cookie, const struct tuple *t)
{
	forget_told(st->cookie, t);
	st->listener_cookie = st->cookie;
	st->cookie = cookie;
	st->since_ns = bpf_ktime_get_ns();
	st->bound_port = 0;
	st->is_raw_sender = 0;
	__builtin_memset(st->users, 0, sizeof(st->users));
	st->is_told = 0;
	st->is_named = 0;
	st->is_released = 0;
	st->unowned_tuples = 0;
}

/* The connection's packets may have another local end than its socket. */
static __always_inline void tell_translated(struct socket_state *st, struct tuple *t)
{
	struct translated_key key = {
		.listener_cookie = st->listener_cookie,
		.remote = {t->remote[0], t->remote[1]},
		.remote_port = t->remote_port,
	};
	struct translated_end *end = bpf_map_lookup_elem(&translated, &key);

	if (!end)
		return;
	t->local[0] = end->local[0];
	t->local[1] = end->local[1];
	t->local_port = end->local_port;
	bpf_map_delete_elem(&translated, &key);
	forget_told(st->listener_cookie, t);
	tell_opened(st, t);
}

SEC("sockops")
int tcp_state(struct bpf_sock_ops *ctx)
{
	__u32 op = ctx->op;
	struct bpf_sock *sk;
	struct socket_state *st;
	struct tuple t = {};
	__u64 cookie;

	if (op != BPF_SOCK_OPS_TCP_CONNECT_CB && op != BPF_SOCK_OPS_TCP_LISTEN_CB &&
	    op != BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB && op != BPF_SOCK_OPS_STATE_CB)
		return ALLOW;
	sk = ctx->sk;
	if (!sk)
		return ALLOW;
	if (op == BPF_SOCK_OPS_STATE_CB) {
		struct pidcap_socket_record *r;

		if (ctx->args[1] != TCP_CLOSE_STATE)
			return ALLOW;
		st = bpf_sk_storage_get(&sockets, sk, 0, 0);
		if (!st || !st->listener_cookie || st->is_released)
			return ALLOW;
		r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);
		if (!r) {
			add_to(PIDCAP_LOST_RECORDS, 1);
			return ALLOW;
		}
		__builtin_memset(r, 0, sizeof(*r));
		r->time_ns = bpf_ktime_get_ns();
		r->kind = PIDCAP_SOCKET_ENDED;
		r->cookie = st->cookie;
		r->protocol = IPPROTO_TCP;
		submit(r);
		return ALLOW;
	}
	st = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!st) {
		add_to(PIDCAP_LOST_STATES, 1);
		return ALLOW;
	}
	st->is_tcp = 1;
	cookie = bpf_get_socket_cookie(ctx);
	set_tcp_tuple(ctx, &t);
	if (op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB) {
		begin_accepted(st, cookie, &t);
		/* The flags of other programs stay. */
		bpf_sock_ops_cb_flags_set(ctx, ctx->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
	} else if (!st->cookie) {
		st->cookie = cookie;
	}
	if (op == BPF_SOCK_OPS_TCP_LISTEN_CB) {
		t.remote[0] = t.remote[1] = 0;
		if (ctx->family == AF_INET6)
			SET_IPV6(t.local, ctx->local_ip6);
		t.remote_port = 0;
		t.state = PIDCAP_LISTENING;
	}
	st->tcp_tuple = tell_opened(st, &t) ? whole_hash(local_hash(cookie, &t), &t) : 0;
	if (op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB)
		tell_translated(st, &t);
	return ALLOW;
}

struct port_pair {
	__be16 source;
	__be16 destination;
};

struct tcp_head {
	struct port_pair ports;
	__be32 sequence;
	__be32 acknowledged;
	__u8 words;
	__u8 flags;
};

#define TCP_SYN 2

struct icmp_head {
	__u8 type;
	__u8 code;
	__be16 checksum;
	__be16 identifier;
};

struct ipv4_head {
	__u8 version_and_words;
	__u8 tos;
	__be16 length;
	__be16 id;
	__be16 fragment;
	__u8 ttl;
	__u8 protocol;
	__be16 checksum;
	__be32 source;
	__be32 destination;
};

struct ipv6_head {
	__be32 version_and_flow;
	__be16 length;
	__u8 next;
	__u8 hops;
	__be32 source[4];
	__be32 destination[4];
};

struct extension_head {
	__u8 next;
	__u8 words;
};

#define IPV4_WITHOUT_OPTIONS 0x45
#define IPV4_FRAGMENT_OFFSET 0x1fff
#define MOST_EXTENSIONS 4

static __always_inline void set_ports(struct tuple *t, const struct port_pair *p, int ingress)
{
	t->local_port = bpf_ntohs(ingress ? p->destination : p->source);
	t->remote_port = bpf_ntohs(ingress ? p->source : p->destination);
}

static __always_inline void set_ipv4_ends(struct tuple *t, const struct ipv4_head *ip, int ingress)
{
	set_ipv4(ingress ? t->remote : t->local, ip->source);
	set_ipv4(ingress ? t->local : t->remote, ip->destination);
	t->protocol = ip->protocol;
}

static __always_inline void set_ipv6_ends(struct tuple *t, const struct ipv6_head *ip, int ingress)
{
	__u64 *source = ingress ? t->remote : t->local;
	__u64 *destination = ingress ? t->local : t->remote;

	set_words(source, ip->source[0], ip->source[1], ip->source[2], ip->source[3]);
	set_words(destination, ip->destination[0], ip->destination[1], ip->destination[2], ip->destination[3]);
	t->protocol = ip->next;
}

/* Reads the headers of any packet as the socket's host sees them; 0 if they are not to be understood. */
static __always_inline int read_tuple(struct __sk_buff *skb, int ingress, struct tuple *t)
{
	struct ipv4_head ip4;
	struct ipv6_head ip6;
	struct port_pair ports;
	struct icmp_head icmp;
	__u32 offset;

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		if (bpf_skb_load_bytes(skb, 0, &ip4, sizeof(ip4)) < 0)
			return 0;
		if (ip4.fragment & bpf_htons(IPV4_FRAGMENT_OFFSET))
			return 0;
		set_ipv4_ends(t, &ip4, ingress);
		offset = (ip4.version_and_words & 15) * 4;
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		if (bpf_skb_load_bytes(skb, 0, &ip6, sizeof(ip6)) < 0)
			return 0;
		set_ipv6_ends(t, &ip6, ingress);
		offset = sizeof(ip6);
		#pragma unroll
		for (int i = 0; i < MOST_EXTENSIONS; i++) {
			struct extension_head extension;

			if (t->protocol != IPPROTO_HOPOPTS && t->protocol != IPPROTO_ROUTING &&
			    t->protocol != IPPROTO_DSTOPTS)
				break;
			if (bpf_skb_load_bytes(skb, offset, &extension, sizeof(extension)) < 0)
				return 0;
			t->protocol = extension.next;
			offset += (extension.words + 1) * 8;
		}
	} else {
		return 0;
	}
	switch (t->protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
		if (bpf_skb_load_bytes(skb, offset, &ports, sizeof(ports)) < 0)
			return 0;
		set_ports(t, &ports, ingress);
		return 1;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		/* The identifier of an echo stands as the port of the end that asks. */
		if (bpf_skb_load_bytes(skb, offset, &icmp, sizeof(icmp)) < 0)
			return 0;
		if (icmp.type == (t->protocol == IPPROTO_ICMP ? (ingress ? ICMP_ECHOREPLY : ICMP_ECHO)
							      : (ingress ? ICMPV6_ECHO_REPLY : ICMPV6_ECHO_REQUEST)))
			t->local_port = bpf_ntohs(icmp.identifier);
		return 1;
	default:
		return 1;
	}
}

/*
 * A packet that one of the listener's connections begins with. The listener's port was told; what is told here is the
 * address that it was reached at, and where that does not do (the port is shared, the address translated) the whole
 * tuple.
 */
static __always_inline void listener_packet(struct bpf_sock *sk, struct socket_state *st, struct tuple *t, int ingress)
{
	__u64 local = local_hash(st->cookie, t);
	__u8 reached = ingress || bpf_map_lookup_elem(&told, &local);

	if (!reached) {
		/* The answer comes from an end that nothing came to. */
		struct translated_key key = {
			.listener_cookie = st->cookie,
			.remote = {t->remote[0], t->remote[1]},
			.remote_port = t->remote_port,
		};
		struct translated_end end = {
			.local = {t->local[0], t->local[1]},
			.local_port = t->local_port,
		};

		bpf_map_update_elem(&translated, &key, &end, BPF_ANY);
	}
	if (ingress) {
		struct tuple port = *t;

		port.remote[0] = port.remote[1] = 0;
		port.remote_port = 0;
		port.state = PIDCAP_LISTENING;
		tell_once(st, &port, local);
	}
	if (!reached || is_shared(st, IPPROTO_TCP, sk->src_port)) {
		t->state = PIDCAP_CONNECTED;
		tell_once(st, t, whole_hash(local, t));
	}
}

/* A connection's own SYN. Its tuple was told when it began; here only an address translation changes it. */
static __always_inline void connection_packet(struct socket_state *st, struct tuple *t)
{
	__u64 hash = whole_hash(local_hash(st->cookie, t), t);

	t->state = PIDCAP_CONNECTED;
	if (hash != st->tcp_tuple)
		tell_once(st, t, hash);
}

/* All but TCP: told is the address and port on our side, and the whole tuple where that alone does not do. */
static __always_inline void datagram(struct bpf_sock *sk, struct socket_state *st, struct tuple *t)
{
	__u64 hash = local_hash(st->cookie, t);
	struct pidcap_port *p = port_of(t->protocol, t->local_port);
	__u64 bound = p ? p->bound : 0;

	if (sk->type == SOCK_RAW || sk->dst_port || t->local_port != sk->src_port ||
	    is_shared(st, t->protocol, t->local_port)) {
		t->state = PIDCAP_CONNECTED;
		hash = whole_hash(hash, t);
	} else {
		t->state = PIDCAP_BOUND;
		t->remote[0] = t->remote[1] = 0;
		t->remote_port = 0;
	}
	if (tell_once(st, t, hash) && p) {
		p->quiet = hash;
		/* Someone may have come to share the port just now. */
		if (((volatile struct pidcap_port *)p)->bound != bound)
			p->quiet = 0;
	}
}

/* For the few packets that may make something known. */
static __attribute__((noinline)) int telling_packet(struct __sk_buff *skb, int ingress)
{
	struct bpf_sock *sk = skb->sk;
	struct socket_state *st;
	struct tuple t = {};

	if (!sk)
		return ALLOW;
	sk = bpf_sk_fullsock(sk);
	if (!sk)
		return ALLOW;
	/* A raw socket is given copies of what others receive: that says nothing. */
	if (ingress && sk->type == SOCK_RAW)
		return ALLOW;
	/* There is no state yet where the socket is older than the programs, or the kernel's own. */
	st = bpf_sk_storage_get(&sockets, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!st) {
		add_to(PIDCAP_LOST_STATES, 1);
		return ALLOW;
	}
	if (!st->cookie)
		st->cookie = bpf_get_socket_cookie(skb);
	if (!read_tuple(skb, ingress, &t))
		return ALLOW;
	t.flags = ingress ? PIDCAP_AT_INGRESS : PIDCAP_AT_EGRESS;
	if (sk->type == SOCK_RAW || sk->protocol != IPPROTO_TCP)
		datagram(sk, st, &t);
	else if (sk->state == TCP_LISTEN_STATE)
		listener_packet(sk, st, &t, ingress);
	else
		connection_packet(st, &t);
	return ALLOW;
}

static __always_inline int has_raw_senders(void)
{
	__u32 since = PIDCAP_RAW_SENDERS, before = PIDCAP_OLDER_RAW_SENDERS;
	__u64 *newer = bpf_map_lookup_elem(&numbers, &since);
	__u64 *older = bpf_map_lookup_elem(&numbers, &before);

	return !newer || !older || *newer || *older;
}

/*
 * An unwanted process's port was reached by these very ends: their datagrams are not translated to somebody else's port.
 * The prefilter sees a datagram before it is translated, this after that.
 */
static __always_inline void note_reached(const struct tuple *t)
{
	__u32 key = mark_key(0, t->local_port);
	volatile struct pidcap_mark *m = bpf_map_lookup_elem(&marks, &key);
	__u64 ends, now, *last;

	if (!m || !(m->decided & PIDCAP_UNWANTED))
		return;
	ends = ends_hash(t->local, t->local_port, t->remote, t->remote_port);
	now = bpf_ktime_get_ns();
	last = bpf_map_lookup_elem(&reached, &ends);
	if (last && now - *last < PIDCAP_REACHED_NS / 2)
		return;
	bpf_map_update_elem(&reached, &ends, &now, BPF_ANY);
}

/*
 * Every packet comes through here, so most must leave at once: a TCP segment that opens no connection says nothing new,
 * a datagram like its port's last one neither.
 */
static __always_inline int packet(struct __sk_buff *skb, int ingress)
{
	void *data = (void *)(long)skb->data;
	void *end = (void *)(long)skb->data_end;
	struct tuple t = {};
	struct tcp_head *head;

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct ipv4_head *ip = data;

		head = data + sizeof(*ip);
		if ((void *)(ip + 1) > end || ip->version_and_words != IPV4_WITHOUT_OPTIONS ||
		    ip->fragment & bpf_htons(IPV4_FRAGMENT_OFFSET))
			return telling_packet(skb, ingress);
		set_ipv4_ends(&t, ip, ingress);
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		struct ipv6_head *ip = data;

		head = data + sizeof(*ip);
		if ((void *)(ip + 1) > end)
			return telling_packet(skb, ingress);
		set_ipv6_ends(&t, ip, ingress);
	} else {
		return ALLOW;
	}
	if (t.protocol == IPPROTO_TCP) {
		if ((void *)(head + 1) <= end && !(head->flags & TCP_SYN) && (ingress || !has_raw_senders()))
			return ALLOW;
	} else if (t.protocol == IPPROTO_UDP) {
		struct pidcap_port *p;
		__u64 hash;

		if ((void *)(&head->ports + 1) > end)
			return telling_packet(skb, ingress);
		set_ports(&t, &head->ports, ingress);
		if (ingress)
			note_reached(&t);
		p = port_of(IPPROTO_UDP, t.local_port);
		hash = local_hash(bpf_get_socket_cookie(skb), &t);
		if (p && (p->quiet == hash || p->quiet == whole_hash(hash, &t)))
			return ALLOW;
	}
	return telling_packet(skb, ingress);
}

SEC("cgroup_skb/egress")
int packet_out(struct __sk_buff *skb)
{
	return packet(skb, 0);
}

SEC("cgroup_skb/ingress")
int packet_in(struct __sk_buff *skb)
{
	return packet(skb, 1);
}

/*
 * The fields of a tracepoint are where its description in tracefs says; the event-worker compares it with these and
 * does without the program where they differ.
 */
struct task_newtask {
	__u64 common;
	__s32 pid;
	char comm[16];
	__u32 padding;
	__u64 clone_flags;
};

struct sched_process_exec {
	__u64 common;
	__u32 filename;
	__s32 pid;
	__s32 old_pid;
};

SEC("tracepoint/task/task_newtask")
int process_forked(struct task_newtask *ctx)
{
	struct pidcap_process_record *r;

	if (ctx->clone_flags & CLONE_THREAD)
		return 0;
	r = bpf_ringbuf_reserve(&records, PROCESS_RECORD_BYTES, 0);
	if (!r) {
		add_to(PIDCAP_LOST_RECORDS, 1);
		return 0;
	}
	fill_process(r, PIDCAP_PROCESS_FORKED, ctx->pid);
	r->parent_tgid = bpf_get_current_pid_tgid() >> 32;
	if (inherits_trust(ctx->pid))
		r->kind = PIDCAP_TRUSTED_FORKED;
	submit(r);
	return 0;
}

SEC("tracepoint/sched/sched_process_exec")
int process_executed(struct sched_process_exec *ctx)
{
	struct pidcap_process_record *r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);
	__u32 offset, length;

	if (!r) {
		add_to(PIDCAP_LOST_RECORDS, 1);
		return 0;
	}
	fill_process(r, PIDCAP_PROCESS_EXECUTED, bpf_get_current_pid_tgid() >> 32);
	becomes_another(r->tgid);
	/* __data_loc: where the text is in the low half, its length with the NUL in the high one */
	offset = ctx->filename & 0xffff;
	length = ctx->filename >> 16;
	if (length > PIDCAP_PATH_BYTES)
		offset += length - PIDCAP_PATH_BYTES;
	r->path[0] = 0;
	bpf_probe_read_kernel_str(r->path, sizeof(r->path), (char *)ctx + offset);
	submit(r);
	return 0;
}

static __always_inline int tell_of_main_thread(__u32 kind)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct pidcap_process_record *r;

	if ((__u32)id != id >> 32)
		return 0;
	r = bpf_ringbuf_reserve(&records, PROCESS_RECORD_BYTES, 0);
	if (!r) {
		add_to(PIDCAP_LOST_RECORDS, 1);
		return 0;
	}
	fill_process(r, kind, id >> 32);
	if (kind == PIDCAP_PROCESS_RENAMED)
		becomes_another(id >> 32);
	submit(r);
	return 0;
}

/* Comes before the process's descriptors are closed. */
SEC("tracepoint/sched/sched_process_exit")
int process_exited(void *ctx)
{
	return tell_of_main_thread(PIDCAP_PROCESS_EXITED);
}

/* Also at each exec. */
SEC("tracepoint/task/task_rename")
int process_renamed(void *ctx)
{
	return tell_of_main_thread(PIDCAP_PROCESS_RENAMED);
}
