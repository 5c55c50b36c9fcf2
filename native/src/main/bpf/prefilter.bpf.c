// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Drops packets that belong to nobody but processes that are known to be unwanted. What it does not understand, what is
 * not known, and everything while the marks may not be true, passes.
 *
 * Called by captures (prefilter_capture.bpf.c) through the map "behind". The kernel empties that map when the process
 * that made it has ended, as it detaches the programs that keep the marks: then everything passes.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "socket_state.h"

char LICENSE[] SEC("license") = "GPL";

#define WHOLE_PACKET 0x40000

/* Made by the event-worker, with skip_unwanted in it. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} behind SEC(".maps");

/* Packets that were dropped, by capture. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, PIDCAP_CAPTURES);
	__type(key, __u32);
	__type(value, __u64);
} skipped SEC(".maps");

struct ipv4_head {
	__u8 version_and_words;
	__u8 tos;
	__be16 length;
	__be16 id;
	__be16 fragment;
	__u8 ttl;
	__u8 protocol;
	__be16 checksum;
	__u32 source;
	__u32 destination;
};

struct ipv6_head {
	__u8 version;
	__u8 rest[5];
	__u8 next;
	__u8 hops;
	__u32 source[4];
	__u32 destination[4];
};

#define IPV6_HEAD_BYTES 40
#define IPV4_FRAGMENT_MASK 0x3fff
#define TCP_FLAGS_OFFSET 13
#define TCP_SYN 2
#define TCP_ACK 16

/* include/uapi/linux/if_packet.h, include/net/flow.h */
#define PACKET_OUTGOING 4
#define LOOPBACK_IFINDEX 1

struct ends {
	__u64 source[2];
	__u64 destination[2];
	__u16 source_port;
	__u16 destination_port;
	__u8 protocol;
};

struct port_pair {
	__be16 source;
	__be16 destination;
};

/* The network header is where the kernel says, whatever the link layer; the tag of a VLAN is not in front of it. */
#define LOAD(skb, offset, to) bpf_skb_load_bytes_relative(skb, offset, to, sizeof(*(to)), BPF_HDR_START_NET)

/*
 * 0: not of TCP or UDP, the first of a connection, or not to be understood. Fragments are left to the filter stage, which
 * must see the first one to know the others.
 */
static __always_inline int read_ends(struct __sk_buff *skb, struct ends *e)
{
	struct port_pair pair;
	__u32 offset;

	if (skb->protocol == bpf_htons(ETH_P_IP)) {
		struct ipv4_head ip;

		if (LOAD(skb, 0, &ip) < 0 || ip.version_and_words >> 4 != 4 || (ip.version_and_words & 15) < 5)
			return 0;
		if (ip.fragment & bpf_htons(IPV4_FRAGMENT_MASK))
			return 0;
		set_ipv4(e->source, ip.source);
		set_ipv4(e->destination, ip.destination);
		e->protocol = ip.protocol;
		offset = (ip.version_and_words & 15) * 4;
	} else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
		struct ipv6_head ip;

		if (LOAD(skb, 0, &ip) < 0 || ip.version >> 4 != 6)
			return 0;
		set_words(e->source, ip.source[0], ip.source[1], ip.source[2], ip.source[3]);
		set_words(e->destination, ip.destination[0], ip.destination[1], ip.destination[2], ip.destination[3]);
		e->protocol = ip.next;
		offset = IPV6_HEAD_BYTES;
	} else {
		return 0;
	}
	if (e->protocol == IPPROTO_TCP) {
		__u8 flags;

		/* Where addresses are translated, the owner of the port that it goes to is told when it is answered. */
		if (LOAD(skb, offset + TCP_FLAGS_OFFSET, &flags) < 0 || (flags & (TCP_SYN | TCP_ACK)) == TCP_SYN)
			return 0;
	} else if (e->protocol != IPPROTO_UDP) {
		return 0;
	}
	if (LOAD(skb, offset, &pair) < 0)
		return 0;
	e->source_port = bpf_ntohs(pair.source);
	e->destination_port = bpf_ntohs(pair.destination);
	return 1;
}

static __always_inline __u64 number(__u32 which)
{
	volatile __u64 *value = bpf_map_lookup_elem(&numbers, &which);

	return value ? *value : 0;
}

enum verdict { NOT_CERTAIN, NOBODYS, UNWANTED };

/* @param order always 0 */
static __always_inline enum verdict verdict_of(__u8 protocol, __u16 port, __u64 order)
{
	__u32 key = mark_key(protocol == IPPROTO_TCP, port) + order;
	volatile struct pidcap_mark *m = bpf_map_lookup_elem(&marks, &key);
	__u64 decided;

	if (!m)
		return NOT_CERTAIN;
	decided = m->decided;
	if ((decided & ~PIDCAP_UNWANTED) != m->told)
		return NOT_CERTAIN;
	return decided & PIDCAP_UNWANTED ? UNWANTED : NOBODYS;
}

/* One that comes in may be translated to another port yet, whose owner is told when it answers. */
static __always_inline int reaches_its_port(const struct ends *e)
{
	__u64 ends, *last;

	if (e->protocol != IPPROTO_UDP)
		return 1;
	ends = ends_hash(e->destination, e->destination_port, e->source, e->source_port);
	last = bpf_map_lookup_elem(&reached, &ends);
	return last && bpf_ktime_get_ns() - *last < PIDCAP_REACHED_NS;
}

static __always_inline int is_unwanted(struct __sk_buff *skb)
{
	enum verdict source, destination;
	__u64 settled, raised, order;
	struct ends e = {};

	if (!read_ends(skb, &e))
		return 0;
	/*
	 * Before the marks, or what was settled in between would not be in them. So that every processor reads in this
	 * order, where the marks are is made to depend on what was read here.
	 */
	settled = number(PIDCAP_SETTLED);
	raised = number(PIDCAP_RAISED);
	if (settled != raised || number(PIDCAP_LOST_RECORDS) || number(PIDCAP_LOST_STATES))
		return 0;
	barrier_var(raised);
	order = settled - raised;
	source = verdict_of(e.protocol, e.source_port, order);
	destination = verdict_of(e.protocol, e.destination_port, order);
	if (!source || !destination)
		return 0;
	/* The end on this host must be somebody's who is known. */
	if (skb->ifindex == LOOPBACK_IFINDEX)
		return source == UNWANTED && destination == UNWANTED && reaches_its_port(&e);
	if (skb->pkt_type == PACKET_OUTGOING)
		return source == UNWANTED;
	return destination == UNWANTED && reaches_its_port(&e);
}

SEC("socket")
int skip_unwanted(struct __sk_buff *skb)
{
	__u32 capture = skb->cb[0];
	__u64 *count = bpf_map_lookup_elem(&skipped, &capture);

	if (!count || !is_unwanted(skb))
		return WHOLE_PACKET;
	__sync_fetch_and_add(count, 1);
	return 0;
}
