/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
/*
 * What the programs write and the event-worker reads: the records of the ring buffer and the maps that are mapped into
 * memory. All numbers are in the host's byte order, addresses in network order. FlowRecordLayout.java holds the same
 * offsets; a test compares them with what a C compiler makes of this file.
 */
#ifndef PIDCAP_FLOW_EVENTS_H
#define PIDCAP_FLOW_EVENTS_H

#include <linux/types.h>

#define PIDCAP_COMM_BYTES 16
/* Of the path of a program the last bytes are kept: they hold its name. */
#define PIDCAP_ARGUMENT_BYTES 256
#define PIDCAP_PATH_BYTES 512
/* NAME_MAX and a NUL. */
#define PIDCAP_NAME_BYTES 256

enum pidcap_record_kind {
	/* A socket owns a tuple from now on. */
	PIDCAP_SOCKET_OPENED = 1,
	/* Its last descriptor was closed. */
	PIDCAP_SOCKET_RELEASED = 2,
	/* A connection that came in ended; when nothing accepted it, no release tells that. */
	PIDCAP_SOCKET_ENDED = 3,
	/* A process calls something on the socket for the first time, or sends or receives by it for the first time. */
	PIDCAP_SOCKET_USED = 4,
	/*
	 * A local socket is about to give a process a descriptor of the socket. Of the rest only cookies, local port, protocol,
	 * uid and comm are told.
	 */
	PIDCAP_SOCKET_GIVEN = 5,
	PIDCAP_PROCESS_FORKED = 16,
	PIDCAP_PROCESS_EXECUTED = 17,
	PIDCAP_PROCESS_EXITED = 18,
	/* Its main thread gets a new name; which one it is comes later. */
	PIDCAP_PROCESS_RENAMED = 19,
	/* Just before PIDCAP_PROCESS_EXECUTED: what it executes. */
	PIDCAP_PROCESS_FILE = 20,
	/* As PIDCAP_PROCESS_FORKED, and the child is trusted as its parent is ("watched"). */
	PIDCAP_TRUSTED_FORKED = 21,
	/* Somebody who is not trusted was, or may have been, given descriptors by a local socket. */
	PIDCAP_DESCRIPTORS_TAKEN = 22,
};

enum pidcap_socket_state {
	PIDCAP_BOUND = 1,
	PIDCAP_LISTENING = 2,
	PIDCAP_CONNECTED = 3,
};

/* Where an event was seen. */
enum pidcap_record_flag {
	/* At a packet that came in: it may have waited a while since it was captured. */
	PIDCAP_AT_INGRESS = 1,
	PIDCAP_AT_EGRESS = 2,
	/* The socket came out of a listener. */
	PIDCAP_ACCEPTED = 4,
	/* Of a use: data were sent or received. */
	PIDCAP_DATA = 8,
	/* Counted in the port's mark ("marks"). */
	PIDCAP_MARKED = 16,
};

struct pidcap_socket_record {
	/* CLOCK_MONOTONIC, read after the record's place in the ring was reserved. */
	__u64 time_ns;
	__u32 kind;
	/* The process that made the socket; of a release and a use, the one that does it; who is given it. 0: not known. */
	__u32 tgid;
	__u64 cookie;
	/* The listener's cookie of a socket that came out of one, else 0. */
	__u64 listener_cookie;
	/* 0: not known, because the socket is older than the programs. */
	__u64 netns_cookie;
	/* The tuple cannot have been the socket's before; 0: not known. */
	__u64 since_ns;
	__u8 local_address[16];
	__u8 remote_address[16];
	__u16 local_port;
	__u16 remote_port;
	__u8 protocol;
	__u8 state;
	__u16 flags;
	/* The real user of the process: of a use now, of an opened socket when it was made, bound or connected. */
	__u32 uid;
	__u32 reserved;
	/* The name of the thread. */
	char comm[PIDCAP_COMM_BYTES];
};

struct pidcap_process_record {
	__u64 time_ns;
	__u32 kind;
	__u32 tgid;
	/* Of a fork (of both kinds) the process that did it, else 0. */
	__u32 parent_tgid;
	__u32 uid;
	char comm[PIDCAP_COMM_BYTES];
	/* Of an exec the path as it was given; ends with NUL, and is the rest of a longer one. Only there for an exec. */
	char path[PIDCAP_PATH_BYTES];
};

/* What a process executes: of a script its interpreter. */
struct pidcap_file_record {
	__u64 time_ns;
	__u32 kind;
	__u32 tgid;
	/* How much of names there is; 0: the path is too long, or leads to no root. */
	__u32 names_bytes;
	__u32 reserved;
	/* From the file's own name up to that of the directory below the root, each with its NUL. */
	char names[1024];
	/* argv[0], or the beginning of a longer one; ends with NUL. */
	char argument[PIDCAP_ARGUMENT_BYTES];
};

/* What the iterator over the descriptors of all processes writes: one for each that is a socket of the internet. */
struct pidcap_held_socket {
	__u64 cookie;
	__u64 netns_cookie;
	__u32 netns_inode;
	__u32 tgid;
	__u8 local_address[16];
	__u8 remote_address[16];
	__u16 local_port;
	__u16 remote_port;
	__u16 type;
	__u8 protocol;
	/* As include/net/tcp_states.h numbers them. */
	__u8 state;
};

/* One element of the map "ports": who has a port, and what its last datagram made known. */
struct pidcap_port {
	/* Sockets bound to the port since the programs are attached, */
	__u64 bound;
	/* and the sum of a hash of the process of each: all of them are one process's if it is a multiple of that's. */
	__u64 process_hashes;
	/* Written by the event-worker, of sockets that are older: 0 none, 1 one process has it, 2 several have it. */
	__u64 older;
	/* A hash of the socket and the tuple of the port's last datagram: the next one that has the same says nothing. */
	__u64 quiet;
};

/* Indexes of the map "numbers". */
enum pidcap_number {
	/* Records that found no room in the ring, */
	PIDCAP_LOST_RECORDS = 0,
	/* and sockets that the kernel had no memory for to keep their state. */
	PIDCAP_LOST_STATES = 1,
	/* Raw sockets by which a process can send TCP segments of its own making. */
	PIDCAP_RAW_SENDERS = 2,
	/* Written by the event-worker: the same of sockets that are older. */
	PIDCAP_OLDER_RAW_SENDERS = 3,
	/* Not 0: the event-worker waits for the ring's next record, and is to be woken by it. */
	PIDCAP_READER_WAITS = 4,
	/*
	 * For the prefilter: counted up where a process that is watched becomes another one to those who select (exec, a new
	 * name, a fork by which the child does not get its trust), where a socket of which no port is known gets another user,
	 * and with PIDCAP_DESCRIPTORS_TAKEN.
	 */
	PIDCAP_RAISED = 5,
	/* Written by the event-worker: up to which of these the marks are true. Nothing is dropped where the two differ. */
	PIDCAP_SETTLED = 6,
	PIDCAP_NUMBERS = 7,
};

/* What stands in the map "watched". */
enum pidcap_watched {
	PIDCAP_WATCHED = 1,
	/* Its records need not be counted in the ports' marks. */
	PIDCAP_TRUSTED = 2,
};

/* One element of the map "marks", in the order of "ports". */
struct pidcap_mark {
	/* How many records told that a process that is not trusted has to do with the port, and what was decided of it: */
	__u64 told;
	/* the number of these records that were known then, and one of the bits below. */
	__u64 decided;
};

/* All that have to do with the port are known to be unwanted. */
#define PIDCAP_UNWANTED (1ULL << 63)
/* Somebody is wanted, or not known. */
#define PIDCAP_OPEN (1ULL << 62)

/* So long after a datagram of the same ends has reached the port in its header this counts ("reached"). */
#define PIDCAP_REACHED_NS 1000000000ULL

/* Captures that one prefilter can count for, by what their program writes into skb->cb[0]. */
#define PIDCAP_CAPTURES 64

#endif
