/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What the objects share: the state kept with each socket, the ring, and who uses a socket. */
#ifndef PIDCAP_SOCKET_STATE_H
#define PIDCAP_SOCKET_STATE_H

#include <linux/bpf.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "flow_events.h"

#define RING_BYTES (8 * 1024 * 1024)
#define USERS 8
/* A process number needs 22 bits. */
#define DATA_USER 0x80000000U

/* A socket that comes out of a listener gets a copy of the listener's. */
struct socket_state {
	__u64 cookie;
	__u64 listener_cookie;
	__u64 netns_cookie;
	__u64 since_ns;
	/* The hash of the TCP tuple that was told when the connection began. */
	__u64 tcp_tuple;
	/* Who made it; 0: not known. */
	__u32 tgid;
	__u32 uid;
	char comm[PIDCAP_COMM_BYTES];
	/* Who else was seen to use it; with DATA_USER, to send or receive. */
	__u32 users[USERS];
	__u32 next_user;
	/* The port counted in "ports", and for which process. */
	__u32 bound_tgid;
	__u16 bound_port;
	__u16 unowned_tuples;
	/* The first local port that was told of it. */
	__u16 told_port;
	__u8 is_tcp;
	/* A tuple of it, */
	__u8 is_told;
	/* or a user was told, or a survey may show it without a record that told of it: then its release is told too. */
	__u8 is_named;
	__u8 is_released;
	__u8 is_raw_sender;
	/* Somebody used it who is not trusted. */
	__u8 is_open;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct socket_state);
} sockets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES);
} records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, PIDCAP_NUMBERS);
	__type(key, __u32);
	__type(value, __u64);
} numbers SEC(".maps");

/*
 * For the prefilter, by process: written by the event-worker, and here for the children of those that are trusted. As
 * long as one is in here, it is told by PIDCAP_RAISED when it becomes another, and one that has become another by an exec
 * or a new name is taken out.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 262144);
	__type(key, __u32);
	__type(value, __u8);
} watched SEC(".maps");

/* By port, as "ports"; the event-worker makes it with one element only where there is no prefilter. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 2 * 65536);
	__type(key, __u32);
	__type(value, struct pidcap_mark);
} marks SEC(".maps");

/*
 * When datagrams of these ends were last seen to reach the port in their header, by ends_hash(). What is evicted passes
 * the prefilter once more.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, __u64);
} reached SEC(".maps");

/*
 * Who was told to have been given a socket, and with the process 0 which sockets that was told of. What is evicted is told
 * again, which does no harm.
 */
struct given_key {
	__u64 cookie;
	/* Of the process's memory: another one after an exec. */
	__u64 memory;
	__u64 tgid;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct given_key);
	__type(value, __u8);
} given SEC(".maps");

static __always_inline void add_to(__u32 which, __u64 more)
{
	__u64 *number = bpf_map_lookup_elem(&numbers, &which);

	if (number)
		__sync_fetch_and_add(number, more);
}

/* A wakeup costs far more than a record: only a reader that found nothing for a while is woken, and once. */
static __always_inline void submit(void *record)
{
	__u32 which = PIDCAP_READER_WAITS;
	__u64 *waits = bpf_map_lookup_elem(&numbers, &which);
	__u64 flags = BPF_RB_NO_WAKEUP;

	if (waits && *waits) {
		*waits = 0;
		flags = BPF_RB_FORCE_WAKEUP;
	}
	bpf_ringbuf_submit(record, flags);
}

/* The last step of MurmurHash3. */
static __always_inline __u64 hash_word(__u64 word)
{
	word ^= word >> 33;
	word *= 0xff51afd7ed558ccdULL;
	word ^= word >> 33;
	word *= 0xc4ceb9fe1a85ec53ULL;
	word ^= word >> 33;
	return word;
}

static __always_inline __u64 mixed(__u64 sum)
{
	sum ^= sum >> 32;
	sum *= 0xd6e8feb86659fd93ULL;
	return sum ^ sum >> 32;
}

/* ::ffff:a.b.c.d, from an address in network order */
static __always_inline void set_ipv4(__u64 *address, __u32 ipv4)
{
	address[0] = 0;
	address[1] = (__u64)ipv4 << 32 | bpf_htonl(0xffff);
}

static __always_inline void set_words(__u64 *address, __u32 w0, __u32 w1, __u32 w2, __u32 w3)
{
	address[0] = (__u64)w1 << 32 | w0;
	address[1] = (__u64)w3 << 32 | w2;
}

/* Of a datagram's both ends as the host's own and the other one. */
static __always_inline __u64 ends_hash(const __u64 *local, __u16 local_port, const __u64 *remote, __u16 remote_port)
{
	return mixed(mixed(local[0] * 0x9e3779b97f4a7c15ULL + local[1] * 0xff51afd7ed558ccdULL +
			   remote[0] * 0xc2b2ae3d27d4eb4fULL + remote[1] * 0xc4ceb9fe1a85ec53ULL) +
		     ((__u32)local_port << 16 | remote_port) * 0xff51afd7ed558ccdULL);
}

/* Of the map "marks". */
static __always_inline __u32 mark_key(__u8 is_tcp, __u16 port)
{
	return (is_tcp ? 0 : 65536) + port;
}

/* It was known to be unwanted when it was watched already, and has not changed since. */
static __always_inline int is_trusted(__u32 tgid)
{
	__u8 *how = bpf_map_lookup_elem(&watched, &tgid);

	return how && *how == PIDCAP_TRUSTED;
}

/* The flag for a record that tells that somebody who is not trusted has to do with the port. */
static __always_inline __u16 mark(__u8 is_tcp, __u16 port)
{
	__u32 key = mark_key(is_tcp, port);
	struct pidcap_mark *m = bpf_map_lookup_elem(&marks, &key);

	if (!m)
		return 0;
	__sync_fetch_and_add(&m->told, 1);
	return PIDCAP_MARKED;
}

/* Only where the current process is the one that calls. */
static __always_inline void set_owner(struct socket_state *st)
{
	st->tgid = bpf_get_current_pid_tgid() >> 32;
	st->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(st->comm, sizeof(st->comm));
}

/* 0: it found no room. */
static __always_inline int tell_used(struct socket_state *st, __u32 tgid, __u16 flags)
{
	struct pidcap_socket_record *r = bpf_ringbuf_reserve(&records, sizeof(*r), 0);

	st->is_named = 1;
	if (!r) {
		add_to(PIDCAP_LOST_RECORDS, 1);
		return 0;
	}
	__builtin_memset(r, 0, sizeof(*r));
	r->time_ns = bpf_ktime_get_ns();
	r->kind = PIDCAP_SOCKET_USED;
	r->protocol = st->is_tcp ? 6 : 0;
	r->tgid = tgid;
	r->cookie = st->cookie;
	r->listener_cookie = st->listener_cookie;
	r->netns_cookie = st->netns_cookie;
	r->since_ns = st->since_ns;
	r->flags = flags | (st->listener_cookie ? PIDCAP_ACCEPTED : 0);
	if (!is_trusted(tgid)) {
		st->is_open = 1;
		r->local_port = st->told_port;
		if (st->told_port)
			r->flags |= mark(st->is_tcp, st->told_port);
		else
			add_to(PIDCAP_RAISED, 1);
	}
	r->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(r->comm, sizeof(r->comm));
	submit(r);
	return 1;
}

/*
 * The current process calls something on the socket, or (PIDCAP_DATA) sends or receives by it. Told is, once each,
 * whoever did not make it; and of a connection that came in also who did, because the one that made the listener need
 * not be the one that accepts.
 */
static __always_inline void note_user(struct socket_state *st, __u16 flags)
{
	__u32 tgid = bpf_get_current_pid_tgid() >> 32;
	__u32 user = flags & PIDCAP_DATA ? tgid | DATA_USER : tgid;

	if (tgid == st->tgid && !st->listener_cookie)
		return;
	if (!st->tgid)
		set_owner(st);
	#pragma unroll
	for (int i = 0; i < USERS; i++)
		if (st->users[i] == user)
			return;
	/* Where it found no room, the next call tells it. */
	if (tell_used(st, tgid, flags))
		st->users[st->next_user++ & (USERS - 1)] = user;
}

static __always_inline void fill_process(struct pidcap_process_record *r, __u32 kind, __u32 tgid)
{
	r->time_ns = bpf_ktime_get_ns();
	r->kind = kind;
	r->tgid = tgid;
	r->parent_tgid = 0;
	r->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(r->comm, sizeof(r->comm));
}

#define PROCESS_RECORD_BYTES __builtin_offsetof(struct pidcap_process_record, path)

/* After the record's place was reserved: who sees the number counted up will find the record. */
static __always_inline int raise_if_watched(__u32 tgid)
{
	if (!bpf_map_lookup_elem(&watched, &tgid))
		return 0;
	add_to(PIDCAP_RAISED, 1);
	return 1;
}

/*
 * A child is what the process was that forked it, until it executes a program or gets a name of its own. But it bears
 * the name of the thread that forked it, which is the process's own only of the main thread. 0: it is not trusted.
 */
static __always_inline int inherits_trust(__u32 child)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 parent = id >> 32;
	__u8 trusted = PIDCAP_TRUSTED;

	if (is_trusted(parent) && (__u32)id == parent &&
	    bpf_map_update_elem(&watched, &child, &trusted, BPF_ANY) == 0)
		return 1;
	/* Of one that had the same number. */
	bpf_map_delete_elem(&watched, &child);
	raise_if_watched(parent);
	return 0;
}

static __always_inline void becomes_another(__u32 tgid)
{
	if (raise_if_watched(tgid))
		bpf_map_delete_elem(&watched, &tgid);
}

#endif
