// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * Stands on a capture's packet socket in the place of its classic filter, takes each packet of loopback once (see
 * LoopbackFilter.java), and leaves the rest to prefilter.bpf.c. Where nobody is there any more, it takes everything.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define WHOLE_PACKET 0x40000
/* include/uapi/linux/if_packet.h */
#define PACKET_OUTGOING 4

/* The event-worker's. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} behind SEC(".maps");

struct capture {
	/* What its dropped packets are counted under, and */
	__u32 number;
	/* the index of lo, or 0: take both copies. */
	__u32 loopback;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct capture);
} captures SEC(".maps");

SEC("socket")
int take(struct __sk_buff *skb)
{
	__u32 zero = 0;
	struct capture *capture = bpf_map_lookup_elem(&captures, &zero);

	if (!capture)
		return WHOLE_PACKET;
	if (skb->pkt_type == PACKET_OUTGOING && capture->loopback && skb->ifindex == capture->loopback)
		return 0;
	skb->cb[0] = capture->number;
	bpf_tail_call(skb, &behind, 0);
	return WHOLE_PACKET;
}
